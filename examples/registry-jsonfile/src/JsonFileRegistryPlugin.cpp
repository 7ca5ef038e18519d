#include "JsonFileRegistryPlugin.h"

#include <waymark/base/Random.h>

namespace jsonfile
{

using namespace waymark;

const plugin::ConfigSchema& JsonFileRegistryPlugin::schema() const
{
    static const plugin::ConfigSchema schema{
        plugin::Option::path("file").help("The JSON file; without it <state-dir>/registry.json"),
    };
    return schema;
}

void JsonFileRegistryPlugin::configure(const plugin::ConfigView& config)
{
    _file = config.findPath("file").value_or(config.stateDirectory() / "registry.json");
    _registry = std::make_unique<registry::StoredRegistry>(
        registry::StoredRegistry::Options{.backend = "jsonfile", .limits = {}});
}

void JsonFileRegistryPlugin::provide(plugin::Services& services)
{
    _log = services.log();
    _random = &services.get<Random>();
    _registry->observe(services.get<observe::MetricRegistry>());
    services.provide<registry::PeerRegistry>(*_registry);
}

void JsonFileRegistryPlugin::start()
{
    auto store = std::make_unique<JsonFileStore>(_file);
    store->load(_registry->state(), {_random->next64(), 0});
    _store = std::move(store);
    _registry->open(*_store);
    _log.info("registry.opened",
              {{"backend", "jsonfile"}, {"file", _file.string()}, {"peers", _registry->size()}});
}

observe::Health JsonFileRegistryPlugin::health() const
{
    return _registry->health();
}

void JsonFileRegistryPlugin::stop(plugin::Deadline deadline) noexcept
{
    if (_registry)
        _registry->close(deadline);
    _store.reset();
}

} // namespace jsonfile
