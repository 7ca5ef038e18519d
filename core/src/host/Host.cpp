#include "host/PluginHost.h"

#include <waymark/host/Host.h>

#include <condition_variable>
#include <mutex>

namespace waymark::host
{

Host::Host(HostOptions options) : _host(std::make_unique<PluginHost>(std::move(options)))
{
    try {
        _host->load();
    } catch (const HostError& error) {
        for (const std::string& line : error.lines())
            _host->log().error("host.refused", {{"code", static_cast<int>(error.code())}}, line);
        throw;
    }
    _host->start(); // logs by itself
}

Host::~Host() = default;

bool Host::reload()
{
    return _host->reload();
}

void Host::stop() noexcept
{
    _host->stop();
}

plugin::Services Host::services() const
{
    return _host->services();
}

std::vector<std::string> Host::instances() const
{
    return _host->instances();
}

Duration Host::silence() const
{
    return _host->silence();
}

} // namespace waymark::host

namespace waymark
{

plugin::ExitCode run(host::HostOptions config, std::stop_token stopping,
                     const std::function<void(host::Host&)>& onReady)
{
    try {
        host::Host host(std::move(config));
        if (onReady)
            onReady(host);
        std::mutex mutex;
        std::unique_lock lock(mutex);
        std::condition_variable_any().wait(lock, std::move(stopping), [] { return false; });
        return plugin::ExitCode::ok;
    } catch (const host::HostError& error) {
        return error.code();
    }
}

} // namespace waymark
