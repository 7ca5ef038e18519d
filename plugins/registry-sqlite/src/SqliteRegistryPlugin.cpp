#include "SqliteRegistryPlugin.h"

#include "SqliteFormat.h"
#include "SqliteStore.h"
#include "repair/RepairCommand.h"

namespace waymark::registry
{

using plugin::Option;

namespace
{

std::vector<Option> ownOptions()
{
    return {
        Option::path("file")
            .defaultsTo("registry.db")
            .help("The database, by default in the state directory; its lock lies beside it"),
        Option::choice("durability", {"full", "normal"})
            .defaultsTo("full")
            .help("full: what was acknowledged survives a power cut; normal: the last changes may be lost in "
                  "one, older ones and the file may not, and no change waits for a sync"),
        Option::integer("queue", 1, 10'000'000)
            .defaultsTo("4096")
            .help("Changes that may wait for the disk; further ones are refused until there is room"),
        Option::integer("group", 1, 1'000'000)
            .defaultsTo("1024")
            .help("Changes that share one transaction, and so one sync, at most"),
        Option::duration("busy-timeout", "0ms", "5m")
            .defaultsTo("5s")
            .help("How long a write waits for another program that keeps the database locked"),
    };
}

} // namespace

SqliteRegistryPlugin::SqliteRegistryPlugin() : StoredRegistryPlugin("sqlite", ownOptions()) {}

void SqliteRegistryPlugin::configureStore(const plugin::ConfigView& config, StoredRegistry::Options& options)
{
    _file = config.path("file");
    _busyTimeout = std::chrono::duration_cast<std::chrono::milliseconds>(config.duration("busy-timeout"));
    _durability = config.text("durability") == "full" ? Durability::full : Durability::normal;
    options.longestWrite += _busyTimeout;
    options.queueLimit = static_cast<std::size_t>(config.integer("queue"));
    options.groupLimit = static_cast<std::size_t>(config.integer("group"));
}

std::unique_ptr<RegistryStore> SqliteRegistryPlugin::openStore(RegistryState& state, std::uint64_t epoch)
{
    auto store = std::make_unique<SqliteStore>(_file, _busyTimeout, _durability);
    store->load(state, epoch);
    if (_durability == Durability::normal)
        log().warning("registry.not_durable", {{"file", _file.string()}},
                      "A power cut may take the last changes, acknowledged ones too: "
                      "registry-sqlite.durability is normal.");
    return store;
}

std::unique_ptr<StoreFormat> SqliteRegistryPlugin::storeFormat() const
{
    return std::make_unique<SqliteFormat>();
}

std::unique_ptr<plugin::Command> SqliteRegistryPlugin::command(std::string_view name)
{
    if (name == "repair")
        return std::make_unique<RepairCommand>(schema());
    return nullptr;
}

} // namespace waymark::registry
