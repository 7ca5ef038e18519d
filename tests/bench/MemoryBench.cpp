// What a daemon in a process of its own takes: resident memory without peers and with a million, and the time
// from its exec until it is ready. With discv4 the daemon is as idle as one can be that pings its peers.
#include "Bench.h"
#include "BenchPeers.h"
#include "discv4/Processor.h"

#include <waymark/plugin/Export.h>
#include <waymark/registry/StoreFormat.h>
#include <waymark/testkit/Daemon.h>
#include <waymark/testkit/Process.h>
#include <waymark/testkit/TemporaryFolder.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

extern "C" const waymark::plugin::StaticPlugin* waymark_static_plugin_registry_memory();
extern "C" const waymark::plugin::StaticPlugin* waymark_static_plugin_registry_sqlite();

namespace waymark::bench
{

namespace
{

using testkit::Daemon;
using testkit::Process;
using testkit::Properties;

constexpr double mebibyte = 1024 * 1024;
constexpr int starts = 15;
constexpr int startsWithPeers = 3;
constexpr std::chrono::minutes patience{5};

/// What it takes after this is what it goes on with: some seconds of ticks, pings and time-outs.
constexpr std::chrono::seconds idle{5};

void require(const Result<void>& result)
{
    if (!result)
        throw std::runtime_error(result.error().message);
}

/// A store with all peers, as a daemon with this plugin would have left it.
void fill(const plugin::StaticPlugin* source, const std::filesystem::path& file)
{
    const std::unique_ptr<plugin::Plugin> plugin(source->create());
    const auto format = dynamic_cast<const registry::StoreFormatProvider&>(*plugin).storeFormat();
    const auto sink = format->create(file).value();
    require(sink->begin({{1, largest}, largest}));
    for (std::size_t number = 0; number < largest;) {
        std::vector<registry::StoredRow> rows;
        for (; rows.size() < registry::StoreFormat::batch && number < largest; ++number)
            rows.emplace_back(registry::ClaimRow{
                "api", std::make_shared<const registry::Peer>(peerOf(number)), std::nullopt, {}, number + 1});
        require(sink->take(std::move(rows)));
    }
    require(sink->end());
}

/// What several daemons took, one after the other.
struct Taken
{
    Durations start;
    std::vector<double> resident;
    std::vector<double> most;

    void run(const std::filesystem::path& folder, const Properties& properties, bool isIdle)
    {
        const auto began = std::chrono::steady_clock::now();
        Process daemon(Daemon::program(), Daemon::arguments(folder, properties));
        daemon.expectLine("\"host.ready\"", patience);
        start.add(std::chrono::steady_clock::now() - began);
        if (isIdle)
            std::this_thread::sleep_for(idle);
        const ProcessMemory memory = processMemory(daemon.pid());
        resident.push_back(static_cast<double>(memory.resident) / mebibyte);
        most.push_back(static_cast<double>(memory.most) / mebibyte);
    }
};

double median(std::vector<double> values)
{
    std::ranges::sort(values);
    return values[values.size() / 2];
}

void measure(Table& table, const std::string& what, const std::string& plugins, int times,
             const std::filesystem::path* store = nullptr)
{
    Taken taken;
    for (int i = 0; i < times; ++i) {
        const testkit::TemporaryFolder folder;
        Properties properties{{"waymark.plugins", plugins}};
        if (store != nullptr && plugins.starts_with("registry-sqlite"))
            properties.insert({"registry-sqlite.file", store->string()});
        else if (store != nullptr)
            properties.insert({"registry-memory.snapshot", store->string()});
        taken.run(folder.path(), properties, store != nullptr);
    }
    table.row(what, taken.start);
    table.figure(store != nullptr ? "resident when it is idle" : "resident once it is ready",
                 median(taken.resident), "MiB");
    if (store != nullptr)
        table.figure("resident at the most, while it loads", median(taken.most), "MiB");
}

void memory(Table& table)
{
    keys(); // not to be measured
    table.title("A daemon without peers, from exec until it is ready");
    measure(table, "registry-memory", "registry-memory, http-api", starts);
    measure(table, "registry-memory, discv4", "registry-memory, discv4, http-api", starts);
    measure(table, "registry-sqlite, discv4", "registry-sqlite, discv4, http-api", starts);

    const testkit::TemporaryFolder stores;
    const auto snapshot = stores.path() / "peers.snapshot";
    fill(waymark_static_plugin_registry_memory(), snapshot);
    const auto database = stores.path() / "registry.db";
    fill(waymark_static_plugin_registry_sqlite(), database);
    table.title("With a million peers (from a snapshot; from the database)");
    measure(table, "registry-memory", "registry-memory, http-api", startsWithPeers, &snapshot);
    measure(table, "registry-memory, discv4", "registry-memory, discv4, http-api", startsWithPeers,
            &snapshot);
    measure(table, "registry-sqlite", "registry-sqlite, http-api", startsWithPeers, &database);
    measure(table, "registry-sqlite, discv4", "registry-sqlite, discv4, http-api", startsWithPeers,
            &database);
}

const Registration registered("memory", memory);

} // namespace

} // namespace waymark::bench
