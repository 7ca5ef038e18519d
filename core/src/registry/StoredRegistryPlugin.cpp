#include "registry/LeaseEndLog.h"

#include <waymark/observe/Metrics.h>
#include <waymark/registry/StoredRegistryPlugin.h>

#include <utility>

namespace waymark::registry
{

using plugin::Option;

namespace
{

plugin::ConfigSchema withBounds(std::vector<Option> options)
{
    options.push_back(Option::integer("maximum-peers", 0, 100'000'000)
                          .defaultsTo("0")
                          .help("Registering one more peer than this is refused; 0 sets no limit"));
    options.push_back(
        Option::integer("tombstones", 0, 100'000'000)
            .defaultsTo("100000")
            .help("Removed registrations whose ENR seq is remembered, so that an older ENR stays refused"));
    options.push_back(Option::integer("history", 0, 10'000'000)
                          .defaultsTo("4096")
                          .help("Past events that a watcher can catch up on before it must list again"));
    options.push_back(
        Option::duration("tombstone-age", "0s", "36500d")
            .defaultsTo("7d")
            .help("How long the ENR seq of a removed registration is remembered; 0s sets no limit"));
    return plugin::ConfigSchema(std::move(options));
}

} // namespace

StoredRegistryPlugin::StoredRegistryPlugin(std::string backend, std::vector<Option> options)
    : _backend(std::move(backend)), _schema(withBounds(std::move(options)))
{
}

void StoredRegistryPlugin::configure(const plugin::ConfigView& config)
{
    const auto bound = [&](const char* key) {
        return static_cast<std::size_t>(config.integer(key));
    };
    _options = {
        .backend = _backend,
        .limits = {.maximumPeers = bound("maximum-peers"),
                   .tombstones = bound("tombstones"),
                   .history = bound("history"),
                   .tombstoneAge = config.duration("tombstone-age")},
    };
    configureStore(config, _options);
}

void StoredRegistryPlugin::configureStore(const plugin::ConfigView&, StoredRegistry::Options&) {}

void StoredRegistryPlugin::provide(plugin::Services& services)
{
    _log = services.log();
    _random = &services.get<Random>();
    _options.leasesOver = [ends = std::make_shared<LeaseEndLog>(_log)](const LeasesOver& over) {
        ends->note(over);
    };
    _registry =
        std::make_unique<StoredRegistry>(std::move(_options), services.get<Clock>(), services.get<Timers>());
    _registry->observe(services.get<observe::MetricRegistry>());
    services.provide<PeerRegistry>(*_registry);
    provideMore(services);
}

void StoredRegistryPlugin::provideMore(plugin::Services&) {}

void StoredRegistryPlugin::opened() {}

void StoredRegistryPlugin::closed() noexcept {}

void StoredRegistryPlugin::start()
{
    _store = openStore(_registry->state(), _random->next64());
    if (_store)
        _registry->open(*_store);
    else
        _registry->open();
    _log.info("registry.opened", {{"backend", _backend},
                                  {"location", location()},
                                  {"peers", _registry->size()},
                                  {"revision", _registry->revision().toString()}});
    _isOpen = true;
    opened();
}

observe::Health StoredRegistryPlugin::health() const
{
    return _registry ? _registry->health() : observe::Health::failed("the registry is not started");
}

void StoredRegistryPlugin::stop(plugin::Deadline deadline) noexcept
{
    if (_registry)
        _registry->close(deadline);
    if (std::exchange(_isOpen, false))
        closed();
    _store.reset();
}

} // namespace waymark::registry
