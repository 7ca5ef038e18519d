#include "MemoryRegistryPlugin.h"

#include <waymark/base/Random.h>

namespace waymark::registry
{

using plugin::Option;

const plugin::ConfigSchema& MemoryRegistryPlugin::schema() const
{
    static const plugin::ConfigSchema schema{
        Option::integer("maximum-peers", 0, 100'000'000)
            .defaultsTo("0")
            .help("Registering one more peer than this is refused; 0 sets no limit"),
        Option::integer("tombstones", 0, 100'000'000)
            .defaultsTo("100000")
            .help("Removed registrations whose ENR seq is remembered, so that an older ENR stays refused"),
        Option::integer("history", 0, 10'000'000)
            .defaultsTo("4096")
            .help("Past events that a watcher can catch up on before it must list again"),
    };
    return schema;
}

void MemoryRegistryPlugin::configure(const plugin::ConfigView& config)
{
    const auto bound = [&](const char* key) {
        return static_cast<std::size_t>(config.integer(key));
    };
    _registry = std::make_unique<StoredRegistry>(StoredRegistry::Options{
        .backend = "memory",
        .limits = {.maximumPeers = bound("maximum-peers"),
                   .tombstones = bound("tombstones"),
                   .history = bound("history")},
    });
}

void MemoryRegistryPlugin::provide(plugin::Services& services)
{
    _log = services.log();
    _random = &services.get<Random>();
    _registry->observe(services.get<observe::MetricRegistry>());
    services.provide<PeerRegistry>(*_registry);
}

void MemoryRegistryPlugin::start()
{
    // Nobody can have seen an earlier history of this registry.
    _registry->state().begin({_random->next64(), 0});
    _registry->open();
    _log.info("registry.opened", {{"backend", "memory"}, {"peers", 0}});
}

observe::Health MemoryRegistryPlugin::health() const
{
    return _registry->health();
}

void MemoryRegistryPlugin::stop(plugin::Deadline deadline) noexcept
{
    if (_registry)
        _registry->close(deadline);
}

} // namespace waymark::registry
