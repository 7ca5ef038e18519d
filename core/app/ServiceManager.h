#pragma once

#include <waymark/base/Clock.h>

#include <optional>
#include <string>
#include <string_view>

namespace waymark::app
{

/// The service manager that started this process, if one did: sd_notify(3) by hand, it is one datagram.
class ServiceManager
{
public:
    /// Reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID.
    ServiceManager();

    void ready(std::string_view status) const;
    void reloading() const;
    /// `longest`: how long that may take; the manager waits at least so long before it kills.
    void stopping(Duration longest) const;
    void status(std::string_view text) const;
    /// "I am alive"; due every half of watchdogInterval().
    void alive() const;

    /// Nothing when no watchdog is asked for.
    std::optional<Duration> watchdogInterval() const noexcept { return _watchdog; }

private:
    void notify(std::string_view message) const;

    std::string _socket; ///< empty: nobody listens
    std::optional<Duration> _watchdog;
};

} // namespace waymark::app
