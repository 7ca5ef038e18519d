#include <waymark/contract/PluginRegistry.h>

#include <stdexcept>
#include <utility>

namespace waymark::contract
{

PluginRegistry::PluginRegistry(MakePlugin makePlugin, PluginRun::Values values)
    : _makePlugin(std::move(makePlugin)), _values(std::move(values))
{
    reopen();
}

registry::PeerRegistry& PluginRegistry::registry()
{
    auto* const service = _run->service<registry::PeerRegistry>();
    if (service == nullptr)
        throw std::logic_error("the plugin provides no peer-registry");
    return *service;
}

void PluginRegistry::stop()
{
    _run->stop();
}

void PluginRegistry::reopen()
{
    _run.reset();
    _run = std::make_unique<PluginRun>(_makePlugin(), _values, _folder.path(), clock(), timers());
    _run->start();
}

} // namespace waymark::contract
