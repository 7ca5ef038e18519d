// How fast a thousand nodes live on a simulated network.
#include "Bench.h"
#include "Swarm.h"

#include <chrono>
#include <ctime>
#include <string>

namespace waymark::bench
{

namespace
{

using discv4::simulation::Signatures;
using discv4::simulation::Swarm;
using testkit::sim::Simulation;

constexpr std::size_t nodes = 1'000;

double processorSeconds()
{
    return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

void live(Table& table, const std::string& what, Signatures signatures, std::chrono::minutes duration)
{
    Simulation simulation(1);
    Swarm swarm(simulation, {.nodes = nodes, .signatures = signatures});
    const double virtualSeconds = std::chrono::duration<double>(duration).count();
    const double processorBegan = processorSeconds();
    const auto began = std::chrono::steady_clock::now();
    simulation.advance(duration);
    const double passed = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    const double used = processorSeconds() - processorBegan;
    const auto sent = static_cast<double>(swarm.network().counts().sent);
    table.ratio(what + ": seconds", passed);
    table.ratio(what + ": of a processor", used);
    table.ratio(what + ": virtual over real time", virtualSeconds / passed);
    table.ratio(what + ": virtual over processor time", virtualSeconds / used);
    table.ratio(what + ": datagrams a node and second", sent / virtualSeconds / static_cast<double>(nodes));
    table.ratio(what + ": microseconds a datagram", used / sent * 1e6);
}

void swarm(Table& table)
{
    table.heading("A swarm of 1,000 nodes in virtual time");
    live(table, "5 min, real signatures", Signatures::real, std::chrono::minutes(5));
    live(table, "5 min, fake ones", Signatures::fake, std::chrono::minutes(5));
    live(table, "1 h, fake ones", Signatures::fake, std::chrono::minutes(60));
}

const Registration registered("swarm", swarm);

} // namespace

} // namespace waymark::bench
