#pragma once

#include "Banner.h"
#include "DaemonOptions.h"
#include "ServiceManager.h"
#include "SpareMemory.h"
#include "host/PluginHost.h"

#include <csignal>

namespace waymark::app
{

/// Blocks the signals that the daemon waits for; first thing in main(), before any thread exists.
sigset_t blockSignals();
/// Lets this process open as many files as it may: connections are files, and many systems begin with 1024,
/// for programs that would break with more.
void raiseDescriptorLimit() noexcept;

/// Runs a plugin host as a daemon: signals, service manager, messages, exit code.
class Daemon
{
public:
    Daemon(const DaemonOptions& options, sigset_t signals);

    /// Returns the exit code.
    int run();

private:
    class Impatience;

    int print(DaemonOptions::Print what) const;
    void announce();
    /// Waits for TERM or INT and returns which one came.
    int serve();
    /// The signal that asked for the end meanwhile, or 0.
    int reload();
    void stop(int signal);
    int report(const host::HostError& error) const;
    /// Feeds the watchdog of the service manager while the host's threads are alive.
    void feedWatchdog() const;

    DaemonOptions _options;
    sigset_t _signals;
    ServiceManager _manager;
    Banner _banner;
    SpareMemory _spareMemory;
    host::PluginHost _host;
    bool _isLoaded = false; ///< the configuration is fine; what follows is told by the log
};

} // namespace waymark::app
