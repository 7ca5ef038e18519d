#pragma once

#include <waymark/net/Resolver.h>

#include <cstddef>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace waymark::testkit
{

/// DNS in a test: knows what it was told, and answers at once, before resolve() returns. Any thread.
class HostNames final : public net::Resolver
{
public:
    /// What a name stands for from now on.
    void set(const std::string& name, std::vector<node::IpAddress> addresses);
    /// From now on there is no such name.
    void remove(const std::string& name);
    /// Questions for this name are answered never.
    void mute(const std::string& name);

    /// How often a name was asked for.
    std::size_t asked(const std::string& name) const;

    Subscription resolve(std::string name, Completion completion) override;

private:
    mutable std::mutex _mutex;
    std::map<std::string, std::vector<node::IpAddress>> _names; ///< muted ones have no address
    std::map<std::string, std::size_t> _asked;
};

} // namespace waymark::testkit
