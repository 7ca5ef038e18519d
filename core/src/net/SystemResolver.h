#pragma once

#include <waymark/net/Resolver.h>

#include <memory>

namespace waymark::net
{

/// Asks the system (getaddrinfo) on threads of its own, a few at a time, that end when nothing is left to
/// ask.
///
/// A lookup cannot be called off: its time-outs are the system's, up to minutes. Whoever destroys the
/// resolver waits for what is under way, but not for long; a thread that still hangs then is left to itself.
/// It touches nothing but its own state, which it owns, and calls nobody back.
class SystemResolver final : public Resolver
{
public:
    using Lookup = std::function<Result<std::vector<node::IpAddress>>(const std::string& name)>;

    static constexpr std::size_t mostThreads = 4;
    static constexpr std::size_t mostWaiting = 256;

    /// Asks `lookup` instead of the system; it may be called from several threads, also after the end of this
    /// object.
    explicit SystemResolver(Lookup lookup);
    SystemResolver();
    SystemResolver(const SystemResolver&) = delete;
    SystemResolver& operator=(const SystemResolver&) = delete;
    ~SystemResolver() override;

    Subscription resolve(std::string name, Completion completion) override;

private:
    struct Request;
    struct State;
    std::shared_ptr<State> _state;
};

} // namespace waymark::net
