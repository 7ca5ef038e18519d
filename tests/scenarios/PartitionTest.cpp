#include "Seeking.h"

#include <waymark/testkit/sim/ReproducibleRun.h>
#include <waymark/testkit/sim/SimNetwork.h>

#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>
#include <array>
#include <memory>
#include <vector>

namespace waymark::scenarios
{

using testkit::Bootnode;
using testkit::Properties;
namespace sim = testkit::sim;

/// The network falls apart between whole bootnodes, and comes together again. In virtual time.
class PartitionTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(PartitionTest);
    CPPUNIT_TEST(bothHalvesGoOnAndFindEachOtherAgain);
    CPPUNIT_TEST(aBootnodeThatWasAwayIsFoundAgain);
    CPPUNIT_TEST_SUITE_END();

    static constexpr std::size_t others = 6;

    sim::ReproducibleRun _run;
    sim::Simulation _simulation{_run};
    sim::SimNetwork _network{_simulation, {.delay = std::chrono::milliseconds(20)}};
    std::unique_ptr<Bootnode> _bootnode;
    std::vector<std::unique_ptr<Bootnode>> _nodes;

    std::unique_ptr<Bootnode> join(const std::string& address, Properties properties)
    {
        properties.insert({{"waymark.plugins", "registry-memory, discv4"}, {"http-api.listen", ""}});
        testkit::BootnodeOptions options;
        options.properties = std::move(properties);
        options.host = &_network.addHost(address);
        return std::make_unique<Bootnode>(std::move(options));
    }

    /// Whether a lookup that begins within that time finds the node.
    bool finds(Bootnode& from, const Bootnode& target, Duration within)
    {
        const auto key = target.local().key();
        const auto found = std::make_shared<bool>(false);
        const auto again = [&] {
            from.discovery().lookup(key, [found, key](const auto& nodes) {
                *found =
                    *found || std::ranges::any_of(nodes, [&](const auto& node) { return node.key == key; });
            });
        };
        constexpr std::chrono::seconds pause{5};
        const Duration until = _simulation.now() + within;
        while (!*found && _simulation.now() < until) {
            again();
            _simulation.advanceUntil([&] { return *found; }, pause);
        }
        return *found;
    }

public:
    void setUp() override
    {
        _bootnode = join("1.0.0.1", {});
        for (std::size_t i = 0; i < others; ++i)
            _nodes.push_back(
                join("2.0." + std::to_string(i) + ".1", {{"discv4.bootnodes", _bootnode->enode()}}));
        _bootnode->enroll(_nodes[0]->local().key(), _nodes[0]->local().advertised().value());
    }
    void tearDown() override
    {
        _nodes.clear();
        _bootnode.reset();
    }

private:
    void bothHalvesGoOnAndFindEachOtherAgain()
    {
        using namespace std::chrono_literals;
        CPPUNIT_ASSERT(finds(*_nodes[5], *_nodes[0], 1min));
        CPPUNIT_ASSERT(finds(*_nodes[5], *_nodes[4], 1min));
        const std::array far{&_network.host(4), &_network.host(5), &_network.host(6)};
        _network.partition(far);
        // Each half goes on by itself.
        CPPUNIT_ASSERT(finds(*_nodes[1], *_nodes[0], 1min));
        CPPUNIT_ASSERT(finds(*_nodes[5], *_nodes[4], 1min));
        _simulation.advance(30min);
        CPPUNIT_ASSERT(!finds(*_nodes[5], *_nodes[0], 30s));
        CPPUNIT_ASSERT(!knows(*_nodes[5], _bootnode->local().key()));
        // What is registered is not forgotten because it is out of reach.
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, _bootnode->registry().size());
        _network.heal();
        CPPUNIT_ASSERT(finds(*_nodes[5], *_nodes[0], 15min));
        CPPUNIT_ASSERT(finds(*_nodes[1], *_nodes[5], 15min));
    }

    void aBootnodeThatWasAwayIsFoundAgain()
    {
        using namespace std::chrono_literals;
        CPPUNIT_ASSERT(finds(*_nodes[3], *_bootnode, 1min));
        _bootnode->freeze();
        _simulation.advance(10min);
        CPPUNIT_ASSERT(!knows(*_nodes[3], _bootnode->local().key()));
        _bootnode->thaw();
        CPPUNIT_ASSERT(finds(*_nodes[3], *_bootnode, 15min));
        // And in another life.
        _bootnode->kill();
        _simulation.advance(10min);
        _bootnode->respawn();
        CPPUNIT_ASSERT(finds(*_nodes[3], *_bootnode, 15min));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(PartitionTest);

} // namespace waymark::scenarios
