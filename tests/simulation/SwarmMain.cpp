#include "Swarm.h"

#include <waymark/testkit/sim/ReproducibleRun.h>

#include <charconv>
#include <cstdio>
#include <ctime>
#include <string_view>

namespace
{

using namespace waymark;

double processorSeconds()
{
    return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

bool parse(std::string_view text, std::size_t& number)
{
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
    return parsed.ec == std::errc() && parsed.ptr == text.data() + text.size() && number > 0;
}

void report(discv4::simulation::Swarm& swarm, double seconds)
{
    const auto counts = swarm.network().counts();
    const double passed = std::chrono::duration<double>(swarm.simulation().now()).count();
    const auto count = [&](const char* name, double value) {
        std::printf("%-22s %14.0f\n", name, value);
    };
    count("virtual seconds", passed);
    std::printf("%-22s %14.2f\n", "processor seconds", seconds);
    std::printf("%-22s %14.2f\n", "virtual / processor", passed / seconds);
    count("events", static_cast<double>(swarm.simulation().events().happened()));
    count("datagrams sent", static_cast<double>(counts.sent));
    for (std::size_t i = 0; i < testkit::sim::fateCount; ++i)
        if (counts.fates[i] > 0)
            count(toString(static_cast<testkit::sim::Fate>(i)).data(), static_cast<double>(counts.fates[i]));
    for (const char* const type : {"ping", "pong", "findnode", "neighbors", "enrrequest", "enrresponse"})
        count(type, swarm.packets(type));
    count("nodes in tables", swarm.tableNodes());
    std::printf("%-22s %14s %016llx\n", "fingerprint", "",
                static_cast<unsigned long long>(swarm.simulation().fingerprint()));
}

} // namespace

/// How fast a swarm runs: swarm NODES MINUTES real|fake
int main(int argc, char** argv)
{
    std::size_t nodes = 0;
    std::size_t minutes = 0;
    const std::string_view signatures = argc == 4 ? argv[3] : "";
    if ((signatures != "real" && signatures != "fake") || !parse(argv[1], nodes) ||
        !parse(argv[2], minutes)) {
        std::fputs("usage: swarm NODES MINUTES real|fake\n"
                   "Runs a swarm for so many virtual minutes; says how long it took and what was sent.\n",
                   stderr);
        return 64;
    }
    const testkit::sim::ReproducibleRun run;
    testkit::sim::Simulation simulation(run);
    discv4::simulation::Swarm swarm(simulation, {.nodes = nodes,
                                                 .signatures = signatures == "real"
                                                                   ? discv4::simulation::Signatures::real
                                                                   : discv4::simulation::Signatures::fake});
    const double begun = processorSeconds();
    simulation.advance(std::chrono::minutes(minutes));
    report(swarm, processorSeconds() - begun);
    std::printf("%-22s %14.3f\n", "nearest found", swarm.lookupQuality(100));
    return 0;
}
