#include "Seeking.h"

#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <memory>

namespace waymark::scenarios
{

using testkit::Bootnode;
using testkit::Properties;
using testkit::Rest;

/// A bootnode stands still with its sockets open: its host is overcommitted, its disk hangs, somebody stopped
/// it in a debugger. Its clients are not told.
class FrozenNodeTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(FrozenNodeTest);
    CPPUNIT_TEST(clientsTurnToTheOtherBootnode);
    CPPUNIT_TEST(itGoesOnWhereItStoodStill);
    CPPUNIT_TEST(whatItIsAskedMeanwhileIsDoneLater);
    CPPUNIT_TEST_SUITE_END();

    Bootnode _frozen;
    Bootnode _other;
    Bootnode _registered;

public:
    void setUp() override
    {
        for (Bootnode* const bootnode : {&_frozen, &_other})
            bootnode->enroll(_registered.local().key(), _registered.local().advertised().value());
    }

private:
    Properties client() const { return {{"discv4.bootnodes", _frozen.enode() + ", " + _other.enode()}}; }

    void clientsTurnToTheOtherBootnode()
    {
        _frozen.freeze();
        Bootnode newcomer(client());
        find(newcomer, _registered.local().key());
        CPPUNIT_ASSERT(knows(newcomer, _other.local().key()));
        CPPUNIT_ASSERT(!knows(newcomer, _frozen.local().key()));
        CPPUNIT_ASSERT_EQUAL(0, Rest(_frozen.rest().url(), std::chrono::seconds(1)).get("/health").status);
    }

    void itGoesOnWhereItStoodStill()
    {
        Bootnode known(client());
        find(known, _frozen.local().key());
        _frozen.freeze();
        find(known, _registered.local().key());
        _frozen.thaw();
        CPPUNIT_ASSERT_EQUAL(200, _frozen.rest().get("/peers").status);
        _frozen.awaitUntil("health", [&] { return _frozen.rest().get("/health").status == 200; });
        Bootnode newcomer(Properties{{"discv4.bootnodes", _frozen.enode()}});
        find(newcomer, _registered.local().key());
    }

    void whatItIsAskedMeanwhileIsDoneLater()
    {
        Bootnode known(client());
        find(known, _registered.local().key());
        known.freeze();
        const auto found = std::make_shared<std::atomic<bool>>(false);
        const auto target = _registered.local().key();
        auto asked = std::async(std::launch::async, [&] {
            known.discovery().lookup(target, [found, target](const auto& nodes) {
                *found = std::ranges::any_of(nodes, [&](const auto& node) { return node.key == target; });
            });
        });
        const bool returned = asked.wait_for(Bootnode::patience) == std::future_status::ready;
        known.thaw();
        asked.get();
        CPPUNIT_ASSERT(returned);
        known.awaitUntil("what the lookup found", [&] { return found->load(); });
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(FrozenNodeTest);

} // namespace waymark::scenarios
