#include "SqliteRegistryPlugin.h"

#include <waymark/base/Random.h>

namespace waymark::registry
{

using plugin::Option;

const plugin::ConfigSchema& SqliteRegistryPlugin::schema() const
{
    static const plugin::ConfigSchema schema{
        Option::path("file")
            .defaultsTo("registry.db")
            .help("The database, by default in the state directory; its lock lies beside it"),
        Option::integer("queue", 1, 10'000'000)
            .defaultsTo("4096")
            .help("Changes that may wait for the disk; further ones are refused until there is room"),
        Option::integer("group", 1, 1'000'000)
            .defaultsTo("1024")
            .help("Changes that share one transaction, and so one sync, at most"),
        Option::duration("busy-timeout", "0ms", "5m")
            .defaultsTo("5s")
            .help("How long a write waits for another program that keeps the database locked"),
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

void SqliteRegistryPlugin::configure(const plugin::ConfigView& config)
{
    const auto bound = [&](const char* key) {
        return static_cast<std::size_t>(config.integer(key));
    };
    _file = config.path("file");
    _busyTimeout = std::chrono::duration_cast<std::chrono::milliseconds>(config.duration("busy-timeout"));
    _registry = std::make_unique<StoredRegistry>(StoredRegistry::Options{
        .backend = "sqlite",
        .limits = {.maximumPeers = bound("maximum-peers"),
                   .tombstones = bound("tombstones"),
                   .history = bound("history")},
        .queueLimit = bound("queue"),
        .groupLimit = bound("group"),
    });
}

void SqliteRegistryPlugin::provide(plugin::Services& services)
{
    _log = services.log();
    _random = &services.get<Random>();
    _registry->observe(services.get<observe::MetricRegistry>());
    services.provide<PeerRegistry>(*_registry);
}

void SqliteRegistryPlugin::start()
{
    auto store = std::make_unique<SqliteStore>(_file, _busyTimeout);
    store->load(_registry->state(), {_random->next64(), 0});
    _store = std::move(store);
    _registry->open(*_store);
    _log.info("registry.opened", {{"backend", "sqlite"},
                                  {"file", _file.string()},
                                  {"peers", _registry->size()},
                                  {"revision", _registry->revision().toString()}});
}

observe::Health SqliteRegistryPlugin::health() const
{
    return _registry->health();
}

void SqliteRegistryPlugin::stop(plugin::Deadline deadline) noexcept
{
    if (_registry)
        _registry->close(deadline);
    _store.reset();
}

} // namespace waymark::registry
