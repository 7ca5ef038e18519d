#pragma once

#include <waymark/host/HostError.h>
#include <waymark/host/HostOptions.h>
#include <waymark/plugin/Services.h>

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace waymark::host
{

class PluginHost;

/// A whole waymarkd without its process: it touches no signal handlers, no standard streams but for the log,
/// and nothing process-wide, so that several run side by side.
///
/// reload() and stop() are called from one thread; the services are used from any.
class Host
{
public:
    /// Reads the configuration, loads the plugins and starts them: when it returns, all serve. Throws
    /// HostError with everything that is wrong; then nothing runs and no port is held.
    explicit Host(HostOptions options);
    Host(const Host&) = delete;
    Host& operator=(const Host&) = delete;
    /// Stops, if that was not done before.
    ~Host();

    /// Reads the configuration file again and takes reloadable changes over, all or none. False when it was
    /// refused; the log says why.
    bool reload();

    /// Stops the plugins in reverse order. Idempotent.
    void stop() noexcept;

    /// The services of the host and its plugins, valid until stop().
    plugin::Services services() const;

    /// Names of the plugins in order of start.
    std::vector<std::string> instances() const;

    /// How long the most silent thread of the host has been so; for a watchdog.
    Duration silence() const;

private:
    std::unique_ptr<PluginHost> _host;
};

} // namespace waymark::host

namespace waymark
{

/// Runs a host until `stopping` is requested, and stops it: waymarkd as a library call, on the calling
/// thread. What keeps it from starting is logged, and told by the exit code that it returns.
/// `onReady` is called once, when everything serves.
plugin::ExitCode run(host::HostOptions config, std::stop_token stopping,
                     const std::function<void(host::Host&)>& onReady = {});

} // namespace waymark
