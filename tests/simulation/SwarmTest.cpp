#include "Swarm.h"

#include <waymark/testkit/sim/ReproducibleRun.h>

#include <cppunit/TestFixture.h>
#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <map>
#include <set>

namespace waymark::discv4::simulation
{

using namespace std::chrono_literals;
using testkit::sim::Fate;
using testkit::sim::Host;
using testkit::sim::Journey;
using testkit::sim::NatKind;
using testkit::sim::ReproducibleRun;
using testkit::sim::Simulation;

/// What holds of many nodes together.
class SwarmTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(SwarmTest);
    CPPUNIT_TEST(repeatsTheRunOfASeed);
    CPPUNIT_TEST(ticksThatAreLeftOutWouldDoNothing);
    CPPUNIT_TEST(lookupsFindTheNearestNodes);
    CPPUNIT_TEST(lookupsFindTheNearestNodesInSpiteOfLoss);
    CPPUNIT_TEST(growsTogetherAgainAfterAPartition);
    CPPUNIT_TEST(livesWithClocksThatAreSecondsOff);
    CPPUNIT_TEST(keepsSymmetricNatOnlyWhereItProvedItself);
    CPPUNIT_TEST(reachesNodesBehindAFullCone);
    CPPUNIT_TEST_SUITE_END();

public:
    void repeatsTheRunOfASeed()
    {
        const auto run = [](std::uint64_t seed) {
            Simulation simulation(seed);
            Swarm swarm(simulation, {.nodes = 40});
            simulation.advance(1min);
            return simulation.fingerprint();
        };
        const auto first = run(1);
        CPPUNIT_ASSERT_EQUAL(first, run(1));
        CPPUNIT_ASSERT(first != run(2));
    }

    void ticksThatAreLeftOutWouldDoNothing()
    {
        const auto traceOf = [](SwarmNode::Ticks ticks, std::uint64_t& events) {
            Simulation simulation(7);
            // Lost packets, so that time-outs of all kinds come about.
            Swarm swarm(simulation, {.nodes = 40, .links = {.loss = 0.1, .delay = 50ms}, .ticks = ticks});
            simulation.advance(5min);
            swarm.lookUp(swarm.node(1), swarm.node(30).key());
            simulation.advance(5min);
            events = simulation.events().happened();
            return simulation.trace().hash();
        };
        std::uint64_t all = 0;
        std::uint64_t needed = 0;
        CPPUNIT_ASSERT_EQUAL(traceOf(SwarmNode::Ticks::all, all), traceOf(SwarmNode::Ticks::needed, needed));
        CPPUNIT_ASSERT(needed < all / 2);
    }

    void lookupsFindTheNearestNodes()
    {
        const ReproducibleRun run;
        Simulation simulation(run);
        Swarm swarm(simulation, {.nodes = 100});
        simulation.advance(5min);
        expectQuality(swarm, 0.98);
    }

    void lookupsFindTheNearestNodesInSpiteOfLoss()
    {
        const ReproducibleRun run;
        Simulation simulation(run);
        Swarm swarm(simulation, {.nodes = 100, .links = {.loss = 0.1, .delay = 10ms, .spread = 100ms}});
        simulation.advance(10min);
        CPPUNIT_ASSERT(swarm.network().counts()[Fate::lost] > 5'000);
        // One packet in ten is lost, so that one question in five goes without an answer.
        expectQuality(swarm, 0.7);
    }

    void growsTogetherAgainAfterAPartition()
    {
        const ReproducibleRun run;
        Simulation simulation(run);
        Swarm swarm(simulation, {.nodes = 80});
        simulation.advance(5min);
        // The bootnodes stay on one side.
        std::vector<Host*> island;
        std::set<node::Hash256> overThere;
        for (std::size_t i = 40; i < 80; ++i) {
            island.push_back(&swarm.node(i).host());
            overThere.insert(swarm.node(i).id());
        }
        swarm.network().partition(island);
        simulation.advance(20min);
        const auto found = swarm.lookUp(swarm.node(0), swarm.node(60).key());
        CPPUNIT_ASSERT(!found.empty());
        for (const auto& node : found)
            CPPUNIT_ASSERT(!overThere.contains(node.key.nodeId()));
        swarm.network().heal();
        // Near neighbours meet at the latest when each looks itself up, every half hour.
        simulation.advance(40min);
        expectQuality(swarm, 0.95);
        const auto again = swarm.lookUp(swarm.node(0), swarm.node(60).key());
        CPPUNIT_ASSERT(!again.empty() && again.front().key == swarm.node(60).key());
    }

    void livesWithClocksThatAreSecondsOff()
    {
        const ReproducibleRun run;
        Simulation simulation(run);
        Swarm swarm(simulation, {.nodes = 60});
        const auto slow = swarm.node(10).key();
        for (std::size_t i = 0; i < 60; ++i)
            swarm.node(i).host().clock().setOffset(i % 2 * 15s);
        swarm.node(10).host().clock().setOffset(-30s); // its packets have expired when they come
        simulation.advance(5min);
        const auto others = swarm.lookUp(swarm.node(1), swarm.node(20).key());
        CPPUNIT_ASSERT(others.front().key == swarm.node(20).key());
        for (const auto& node : swarm.nodes())
            CPPUNIT_ASSERT(!node->engine().table().find(slow.nodeId()));
        CPPUNIT_ASSERT(swarm.node(0).count("waymark_discv4_packets_dropped_total", "reason", "expired") > 0);
    }

    void keepsSymmetricNatOnlyWhereItProvedItself()
    {
        const ReproducibleRun run;
        Simulation simulation(run);
        Swarm swarm(simulation, {.nodes = 60});
        SwarmNode& hidden = joinBehind(swarm, NatKind::symmetric);
        // For every node: from which endpoints the hidden one came to it.
        std::map<const Host*, std::set<node::Endpoint>> seen;
        const auto watching = swarm.network().watch([&](const Journey& journey) {
            if (journey.from == &hidden.host() && journey.to != nullptr)
                seen[journey.to].insert(journey.source);
        });
        simulation.advance(10min);
        std::set<node::Endpoint> told;
        for (const auto& node : swarm.nodes()) {
            const auto known = node->engine().table().find(hidden.id());
            if (!known)
                continue;
            const auto endpoint = known->endpoint.udpEndpoint();
            told.insert(endpoint);
            CPPUNIT_ASSERT(seen[&node->host()].contains(endpoint));
            CPPUNIT_ASSERT(endpoint.ip == node::IpAddress::v4(9, 9, 9, 9));
        }
        // Each has an endpoint of its own, which it tells others, whom the NAT turns away: discv4 cannot know
        // better. None of them takes the node in before it has proven itself to them.
        CPPUNIT_ASSERT(told.size() > 10);
        CPPUNIT_ASSERT(swarm.network().counts()[Fate::natFiltered] > 0);
    }

    void reachesNodesBehindAFullCone()
    {
        const ReproducibleRun run;
        Simulation simulation(run);
        Swarm swarm(simulation, {.nodes = 60});
        SwarmNode& hidden = joinBehind(swarm, NatKind::fullCone);
        simulation.advance(10min);
        const auto found = swarm.lookUp(swarm.node(30), hidden.key());
        CPPUNIT_ASSERT(!found.empty());
        CPPUNIT_ASSERT(found.front().key == hidden.key());
        CPPUNIT_ASSERT(found.front().endpoint.ip == node::IpAddress::v4(9, 9, 9, 9));
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{0}, swarm.network().counts()[Fate::natFiltered]);
    }

private:
    static SwarmNode& joinBehind(Swarm& swarm, NatKind kind)
    {
        auto& nat = swarm.network().addNat({.kind = kind, .publicAddress = node::IpAddress::v4(9, 9, 9, 9)});
        const auto inside = node::IpAddress::v4(192, 168, 0, 2);
        return swarm.join(swarm.network().addHost({.addresses = {inside}, .nat = &nat}), {inside, 30'303, 0});
    }

    static void expectQuality(Swarm& swarm, double least)
    {
        const double quality = swarm.lookupQuality(100);
        CPPUNIT_ASSERT_MESSAGE("lookups found only " + std::to_string(quality), quality >= least);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(SwarmTest);

} // namespace waymark::discv4::simulation
