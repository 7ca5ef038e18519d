// How long a test waits for a bootnode of the testkit.
#include "Bench.h"

#include <waymark/testkit/Bootnode.h>
#include <waymark/testkit/Daemon.h>
#include <waymark/testkit/TemporaryFolder.h>

#include <memory>

namespace waymark::bench
{

namespace
{

using testkit::Bootnode;
using testkit::Properties;

constexpr int rounds = 40, processes = 15, together = 100;

void livesOf(Table& table, const std::string& registry)
{
    const Properties properties{{"waymark.plugins", registry + ", discv4, http-api"}};
    Durations starts, stops, kills, respawns;
    for (int i = 0; i < rounds; ++i) {
        std::unique_ptr<Bootnode> node;
        starts.time([&] { node = std::make_unique<Bootnode>(properties); });
        kills.time([&] { node->kill(); });
        respawns.time([&] { node->respawn(); });
        stops.time([&] { node->stop(); });
    }
    table.row(registry + ": start", starts);
    table.row(registry + ": kill", kills);
    table.row(registry + ": respawn", respawns);
    table.row(registry + ": stop", stops);
}

void bootnode(Table& table)
{
    table.title("A bootnode of the testkit, from the call until it serves");
    livesOf(table, "registry-memory");
    livesOf(table, "registry-sqlite");

    Durations sideBySide;
    std::vector<std::unique_ptr<Bootnode>> nodes;
    for (int i = 0; i < together; ++i)
        sideBySide.time([&] { nodes.push_back(std::make_unique<Bootnode>()); });
    table.row("one more beside up to 99 others", sideBySide);
    nodes.clear();

    Durations inProcess, ofProcess;
    for (int i = 0; i < processes; ++i) {
        inProcess.time([] { const Bootnode node; });
        const testkit::TemporaryFolder folder;
        ofProcess.time([&] { const testkit::Daemon daemon(folder.path(), {}); });
    }
    table.row("a waymarkd process: start and kill", ofProcess);
    table.ratio("that over start and stop in process", ofProcess.quantile(0.5) / inProcess.quantile(0.5));
}

const Registration registered("bootnode", bootnode);

} // namespace

} // namespace waymark::bench
