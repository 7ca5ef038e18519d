#include <waymark/contract/RegistryFixtures.h>
#include <waymark/registry/PeerRegistry.h>
#include <waymark/testkit/Bootnode.h>
#include <waymark/testkit/fault/FaultInjector.h>

#include <cppunit/extensions/HelperMacros.h>

namespace waymark
{

using testkit::Bootnode;
using testkit::Properties;

/// Snapshots of registry-memory in a whole bootnode: on request, from time to time, and when the disk fails.
class SnapshotFaultsTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(SnapshotFaultsTest);
    CPPUNIT_TEST(aSnapshotOnRequestSurvivesAKill);
    CPPUNIT_TEST(aStopWritesOne);
    CPPUNIT_TEST(anIntervalWritesThem);
    CPPUNIT_TEST(aFullDiskLeavesTheOneBefore);
    CPPUNIT_TEST(noRouteWithoutAFile);
    CPPUNIT_TEST_SUITE_END();

    static constexpr const char* route = "/registry/snapshot";

    static testkit::BootnodeOptions options(const Properties& more = {})
    {
        testkit::BootnodeOptions made{.properties = {{"registry-memory.snapshot", "peers.snapshot"}}};
        made.properties.insert(more.begin(), more.end());
        return made;
    }

    void aSnapshotOnRequestSurvivesAKill()
    {
        Bootnode node(options());
        node.enroll(contract::testPeer(1));
        const auto answer = node.rest().post(route, "");
        CPPUNIT_ASSERT_EQUAL_MESSAGE(answer.body, 200, answer.status);
        CPPUNIT_ASSERT_EQUAL(1, answer.object()->getValue<int>("rows"));
        node.enroll(contract::testPeer(2));
        node.kill();
        node.respawn();
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, node.registry().size());
    }

    void aStopWritesOne()
    {
        Bootnode node(options());
        node.enroll(contract::testPeer(1));
        node.stop();
        node.respawn();
        CPPUNIT_ASSERT(node.registry().find(contract::testId(1)).has_value());
    }

    void anIntervalWritesThem()
    {
        auto timed = options({{"registry-memory.snapshot-interval", "10m"}});
        timed.manualTime = true;
        Bootnode node(timed);
        node.enroll(contract::testPeer(1));
        node.advance(std::chrono::minutes(11));
        node.await("registry.snapshot_written");
        node.kill();
        node.respawn();
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, node.registry().size());
    }

    void aFullDiskLeavesTheOneBefore()
    {
        Bootnode node(options());
        node.enroll(contract::testPeer(1));
        CPPUNIT_ASSERT_EQUAL(200, node.rest().post(route, "").status);
        node.enroll(contract::testPeer(2));
        node.disk().fillDisk();
        const auto answer = node.rest().post(route, "");
        CPPUNIT_ASSERT_EQUAL(500, answer.status);
        CPPUNIT_ASSERT_MESSAGE(answer.body, answer.body.find("peers.snapshot") != std::string::npos);
        node.await("registry.snapshot_failed");
        const auto health = node.rest().get("/health").body;
        CPPUNIT_ASSERT_MESSAGE(health, health.find("the last snapshot was not written") != std::string::npos);
        node.kill();
        node.disk().mend();
        node.respawn();
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, node.registry().size());
    }

    void noRouteWithoutAFile()
    {
        const Bootnode node;
        CPPUNIT_ASSERT_EQUAL(404, node.rest().post(route, "").status);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(SnapshotFaultsTest);

} // namespace waymark
