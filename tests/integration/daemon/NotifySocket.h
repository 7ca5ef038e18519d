#pragma once

#include <filesystem>
#include <string>

namespace waymark::daemon
{

/// The service manager's end of sd_notify(3).
class NotifySocket
{
public:
    /// A name that starts with '@' lies in the abstract namespace.
    explicit NotifySocket(std::string name);
    NotifySocket(const NotifySocket&) = delete;
    NotifySocket& operator=(const NotifySocket&) = delete;
    ~NotifySocket();

    const std::string& name() const noexcept { return _name; }

    /// The next message that contains `part`; throws std::runtime_error when none comes.
    std::string expect(const std::string& part) const;

private:
    std::string _name;
    int _descriptor;
};

} // namespace waymark::daemon
