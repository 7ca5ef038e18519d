#include "Liars.h"
#include "Swarm.h"

#include <waymark/testkit/sim/ReproducibleRun.h>

#include <cppunit/TestFixture.h>
#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <memory>
#include <set>
#include <vector>

namespace waymark::discv4::simulation
{

using namespace std::chrono_literals;
using testkit::sim::ReproducibleRun;
using testkit::sim::Simulation;

/// A network that nobody would wish for: one packet in five is lost, nodes come and go, and every third of
/// them lies.
class HostileSwarmTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(HostileSwarmTest);
    CPPUNIT_TEST(lookupsFindLiveRegisteredPeersAmongLiars);
    CPPUNIT_TEST_SUITE_END();

public:
    void lookupsFindLiveRegisteredPeersAmongLiars()
    {
        populate();
        live(3min);
        _simulation.advance(1min); // those that went lately are noticed
        const auto wanted = liveRegisteredPeers();
        CPPUNIT_ASSERT(wanted.size() > registered / 2);
        auto missing = wanted;
        for (int round = 1; round <= 3; ++round) {
            missing = lookUpAll(missing);
            std::cout << "not found by lookup " << round << ": " << missing.size() << " of " << wanted.size()
                      << " live registered peers\n";
        }
        std::cout << "liars in the tables of honest nodes: " << shareOfLiarsInTables()
                  << ", made-up nodes: " << shareOfLies() << '\n';
        CPPUNIT_ASSERT(missing.size() * 100 <= wanted.size());
        CPPUNIT_ASSERT_EQUAL(0.0, shareOfLies());
    }

private:
    static constexpr std::size_t honest = 700;
    static constexpr std::size_t gangs = 10;
    static constexpr std::size_t liarsOfAGang = 30;
    static constexpr std::size_t liesOfAGang = 2'000;
    static constexpr std::size_t registered = 200;
    static constexpr std::uint64_t firstLie = 1'000'000;

    void populate()
    {
        for (std::size_t gang = 0; gang < gangs; ++gang) {
            _gangs.push_back(std::make_unique<LyingRegistry>(liesOfAGang, firstLie + gang * liesOfAGang));
            for (std::size_t i = 0; i < liarsOfAGang; ++i)
                _liars.insert(_swarm.join(_gangs.back().get()).id());
        }
        // Not the bootnodes, of which the first has the registry.
        for (std::size_t i = 0; i < registered; ++i)
            _swarm.node(0).enroll(_swarm.node(10 + i).contact());
    }

    /// Twice a second one of the honest nodes, or of the liars, is replaced.
    void live(Duration duration)
    {
        const Duration end = _simulation.now() + duration;
        while (_simulation.now() < end) {
            _simulation.advance(2s);
            const std::size_t number = 3 + static_cast<std::size_t>(_random.below(_swarm.nodes().size() - 3));
            auto* const gang = number < honest ? nullptr : _gangs[number % gangs].get();
            _liars.erase(_swarm.node(number).id());
            _swarm.replace(number, gang);
            if (gang != nullptr)
                _liars.insert(_swarm.node(number).id());
        }
    }

    std::vector<const SwarmNode*> liveRegisteredPeers()
    {
        std::vector<const SwarmNode*> peers;
        for (std::size_t i = 0; i < honest; ++i)
            if (_swarm.node(0).engine().registered().contains(_swarm.node(i).id()))
                peers.push_back(&_swarm.node(i));
        return peers;
    }

    /// Each is looked for once, by any of the honest nodes, all at the same time; those that were not found.
    std::vector<const SwarmNode*> lookUpAll(const std::vector<const SwarmNode*>& wanted)
    {
        std::size_t pending = wanted.size();
        std::vector<const SwarmNode*> missing;
        for (const SwarmNode* const peer : wanted) {
            SwarmNode* asking = nullptr;
            do
                asking = &_swarm.node(static_cast<std::size_t>(_random.below(honest)));
            while (asking == peer);
            asking->lookup(peer->key(), [&, peer](const auto& nodes) {
                --pending;
                if (nodes.empty() || nodes.front().key != peer->key())
                    missing.push_back(peer);
            });
        }
        CPPUNIT_ASSERT(_simulation.advanceUntil([&] { return pending == 0; }, 5min));
        return missing;
    }

    template <typename Predicate>
    double shareInTables(Predicate predicate)
    {
        std::size_t all = 0;
        std::size_t matching = 0;
        for (std::size_t i = 0; i < honest; ++i)
            for (const auto& node : _swarm.node(i).engine().table().nodes()) {
                ++all;
                matching += predicate(node) ? 1U : 0U;
            }
        return static_cast<double>(matching) / static_cast<double>(all);
    }

    double shareOfLiarsInTables()
    {
        return shareInTables([&](const auto& node) { return _liars.contains(node.id); });
    }

    double shareOfLies()
    {
        return shareInTables([](const auto& node) { return node.endpoint.ip.bytes()[0] == 101; });
    }

    ReproducibleRun _run;
    Simulation _simulation{_run};
    testkit::sim::SimRandom _random{_simulation.random("life")};
    std::vector<std::unique_ptr<LyingRegistry>> _gangs;
    std::set<node::Hash256> _liars;
    Swarm _swarm{_simulation, {.nodes = honest, .links = {.loss = 0.2, .delay = 10ms, .spread = 100ms}}};
};

CPPUNIT_TEST_SUITE_REGISTRATION(HostileSwarmTest);

} // namespace waymark::discv4::simulation
