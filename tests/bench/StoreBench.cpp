// What registries cost: starting with many peers, registering while many are there, and the nearest peers
// beside what SQL alone takes for them.
#include "Bench.h"
#include "BenchPeers.h"

#include <waymark/contract/PluginRun.h>
#include <waymark/plugin/Export.h>
#include <waymark/registry/PeerRegistry.h>
#include <waymark/testkit/TemporaryFolder.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <future>
#include <memory>
#include <sqlite3.h>
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

using contract::PluginRun;
using registry::ChangeBatch;
using registry::ClosestPeer;
using registry::PeerRegistry;

constexpr std::size_t asked = 16; ///< nearest peers
constexpr auto measured = std::chrono::seconds(2);

double secondsOf(const std::function<void()>& work)
{
    const auto began = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

void applyAndWait(PeerRegistry& registry, ChangeBatch batch)
{
    std::promise<Result<registry::ApplyReport>> answer;
    auto future = answer.get_future();
    registry.apply(std::move(batch), [&answer](auto report) { answer.set_value(std::move(report)); });
    if (const auto report = future.get(); !report)
        throw std::runtime_error("a change was refused: " + report.error().message);
}

/// Registers or removes peers [from, to).
void change(PeerRegistry& registry, std::size_t from, std::size_t to, bool removes)
{
    constexpr std::size_t together = 1'000;
    while (from < to) {
        ChangeBatch batch;
        for (const std::size_t end = std::min(to, from + together); from < end; ++from) {
            if (removes)
                batch.push_back(registry::DropClaim{node::PeerId(keys()[from]), "api"});
            else
                batch.push_back(registry::PutClaim{{"api", peerOf(from)}});
        }
        applyAndWait(registry, std::move(batch));
    }
}

/// A registry plugin with a folder, which it may start on again and again.
class Backend
{
public:
    Backend(std::string name, const plugin::StaticPlugin* plugin) : _name(std::move(name)), _plugin(plugin)
    {
        start();
    }

    const std::string& name() const noexcept { return _name; }
    PeerRegistry& registry() { return *_run->service<PeerRegistry>(); }
    const std::filesystem::path& folder() const noexcept { return _folder.path(); }

    void stop() { _run.reset(); }
    void start()
    {
        _run = std::make_unique<PluginRun>(std::unique_ptr<plugin::Plugin>(_plugin->create()),
                                           PluginRun::Values{}, _folder.path());
        _run->start();
    }

private:
    std::string _name;
    const plugin::StaticPlugin* _plugin;
    testkit::TemporaryFolder _folder;
    std::unique_ptr<PluginRun> _run;
};

/// Registrations a second, by so many clients that each wait for one to be acknowledged before the next.
double registrationsPerSecond(PeerRegistry& registry, std::size_t clients)
{
    std::atomic<std::size_t> next{largest};
    const double seconds = secondsOf([&] {
        const auto end = std::chrono::steady_clock::now() + measured;
        std::vector<std::jthread> threads;
        for (std::size_t client = 0; client < clients; ++client)
            threads.emplace_back([&registry, &next, end] {
                while (std::chrono::steady_clock::now() < end) {
                    const std::size_t number = next++;
                    if (number >= keys().size())
                        return;
                    applyAndWait(registry, {registry::PutClaim{{"api", peerOf(number)}}});
                }
            });
    });
    const std::size_t reached = std::min(next.load(), keys().size());
    change(registry, largest, reached, true);
    return static_cast<double>(reached - largest) / seconds;
}

void registrations(Table& table, Backend& backend, const std::string& size)
{
    double alone = 0;
    double together = 0;
    for (const std::size_t clients : {1U, 8U, 64U}) {
        together = registrationsPerSecond(backend.registry(), clients);
        if (clients == 1)
            alone = together;
        table.ratio(backend.name() + ", " + size + ": registrations/s, clients " + std::to_string(clients),
                    together);
    }
    table.ratio(backend.name() + ", " + size + ": that of 64 over that of 1", together / alone);
}

double closestMicroseconds(PeerRegistry& registry)
{
    constexpr std::size_t rounds = 20'000;
    std::vector<node::Hash256> targets;
    for (std::size_t i = 0; i < rounds; ++i)
        targets.push_back(keys()[largest + i].nodeId());
    std::array<ClosestPeer, asked> out;
    std::size_t found = 0;
    const double seconds = secondsOf([&] {
        for (const node::Hash256& target : targets)
            found += registry.closest({target}, out).count;
    });
    if (found != rounds * asked)
        throw std::logic_error("the registry did not find as many peers as were asked for");
    return seconds * 1e6 / rounds;
}

struct Close
{
    void operator()(sqlite3* connection) const noexcept { ::sqlite3_close(connection); }
    void operator()(sqlite3_stmt* statement) const noexcept { ::sqlite3_finalize(statement); }
};
using Statement = std::unique_ptr<sqlite3_stmt, Close>;

void xorDistance(sqlite3_context* context, int, sqlite3_value** values)
{
    const auto* const left = static_cast<const unsigned char*>(::sqlite3_value_blob(values[0]));
    const auto* const right = static_cast<const unsigned char*>(::sqlite3_value_blob(values[1]));
    std::array<unsigned char, 32> distance{};
    for (std::size_t i = 0; i < distance.size(); ++i)
        distance[i] = static_cast<unsigned char>(left[i] ^ right[i]);
    ::sqlite3_result_blob(context, distance.data(), static_cast<int>(distance.size()), SQLITE_TRANSIENT);
}

/// What a registry would do that leaves the question to SQL.
class SqlOnly
{
public:
    explicit SqlOnly(std::size_t peers)
    {
        sqlite3* opened = nullptr;
        ::sqlite3_open(":memory:", &opened);
        _database.reset(opened);
        ::sqlite3_create_function(opened, "distance", 2, SQLITE_UTF8 | SQLITE_DETERMINISTIC, nullptr,
                                  xorDistance, nullptr, nullptr);
        ::sqlite3_exec(opened, "CREATE TABLE peers (nodeid BLOB)", nullptr, nullptr, nullptr);
        const Statement insert = prepare("INSERT INTO peers VALUES (?)");
        for (std::size_t i = 0; i < peers; ++i) {
            bind(insert, keys()[i].nodeId());
            ::sqlite3_step(insert.get());
            ::sqlite3_reset(insert.get());
        }
    }

    double microseconds()
    {
        constexpr std::size_t rounds = 5;
        const Statement select = prepare("SELECT nodeid FROM peers ORDER BY distance(nodeid, ?) LIMIT 16");
        std::size_t found = 0;
        const double seconds = secondsOf([&] {
            for (std::size_t i = 0; i < rounds; ++i) {
                bind(select, keys()[largest + i].nodeId());
                while (::sqlite3_step(select.get()) == SQLITE_ROW)
                    ++found;
                ::sqlite3_reset(select.get());
            }
        });
        if (found != rounds * asked)
            throw std::logic_error("SQL did not find as many peers as were asked for");
        return seconds * 1e6 / rounds;
    }

private:
    Statement prepare(const char* sql)
    {
        sqlite3_stmt* statement = nullptr;
        if (::sqlite3_prepare_v2(_database.get(), sql, -1, &statement, nullptr) != SQLITE_OK)
            throw std::runtime_error(::sqlite3_errmsg(_database.get()));
        return Statement(statement);
    }
    static void bind(const Statement& statement, const node::Hash256& id)
    {
        ::sqlite3_bind_blob(statement.get(), 1, id.data(), static_cast<int>(id.size()), SQLITE_TRANSIENT);
    }

    std::unique_ptr<sqlite3, Close> _database;
};

void stores(Table& table)
{
    keys(); // not to be measured
    table.heading("Registries of 10^3 to 10^6 peers");
    Backend memory("memory", waymark_static_plugin_registry_memory());
    Backend sqlite("sqlite", waymark_static_plugin_registry_sqlite());
    std::size_t filled = 0;
    for (std::size_t size = 1'000; size <= largest; size *= 10) {
        const std::string peers = std::to_string(size);
        for (Backend* const backend : {&memory, &sqlite}) {
            const double seconds = secondsOf([&] { change(backend->registry(), filled, size, false); });
            table.ratio(backend->name() + ", " + peers + ": peers/s in batches of 1000",
                        static_cast<double>(size - filled) / seconds);
            registrations(table, *backend, peers);
            table.ratio(backend->name() + ", " + peers + ": closest 16, microseconds",
                        closestMicroseconds(backend->registry()));
        }
        table.ratio("SQL alone, " + peers + ": closest 16, microseconds", SqlOnly(size).microseconds());
        sqlite.stop();
        table.ratio("sqlite, " + peers + ": start, seconds", secondsOf([&] { sqlite.start(); }));
        table.ratio("sqlite, " + peers + ": file, MB",
                    static_cast<double>(std::filesystem::file_size(sqlite.folder() / "registry.db")) / 1e6);
        if (sqlite.registry().size() != size)
            throw std::logic_error("the registry did not come back with all peers");
        filled = size;
    }
}

const Registration registered("registry-stores", stores);

} // namespace

} // namespace waymark::bench
