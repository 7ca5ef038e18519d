#include "commands/listen/EphemeralNode.h"

#include <waymark/testkit/ManualClock.h>
#include <waymark/testkit/TestKeys.h>

#include <cppunit/TestFixture.h>
#include <cppunit/extensions/HelperMacros.h>

namespace waymark::discv4
{

namespace
{

const auto loopback = node::IpAddress::v4(127, 0, 0, 1);
const auto elsewhere = node::IpAddress::v4(8, 8, 4, 4);

} // namespace

class EphemeralNodeTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(EphemeralNodeTest);
    CPPUNIT_TEST(advertisesWhereItIsBound);
    CPPUNIT_TEST(advertisesWhatItWasTold);
    CPPUNIT_TEST(believesOthersWhereItGuessed);
    CPPUNIT_TEST(hasANewerRecordInEachRun);
    CPPUNIT_TEST_SUITE_END();

public:
    void advertisesWhereItIsBound()
    {
        EphemeralNode node(testkit::testKey(1), {}, _clock);
        CPPUNIT_ASSERT(!node.advertised());
        node.bound({loopback, 30303});
        CPPUNIT_ASSERT((node.advertised() == node::NodeEndpoint{loopback, 30303, 0}));
        CPPUNIT_ASSERT((node.record()->endpointV4() == node::NodeEndpoint{loopback, 30303, 0}));
        node.observed(elsewhere, 1000);
        CPPUNIT_ASSERT_MESSAGE("it knows", node.advertised()->ip == loopback);
    }

    void advertisesWhatItWasTold()
    {
        EphemeralNode node(testkit::testKey(1), {elsewhere}, _clock);
        node.bound({node::IpAddress(), 30303});
        CPPUNIT_ASSERT((node.advertised() == node::NodeEndpoint{elsewhere, 30303, 0}));
        node.observed(loopback, 1000);
        CPPUNIT_ASSERT(node.advertised()->ip == elsewhere);
    }

    void believesOthersWhereItGuessed()
    {
        EphemeralNode node(testkit::testKey(1), {}, _clock);
        node.bound({node::IpAddress(), 30303});
        CPPUNIT_ASSERT(!node.advertised()->ip.isUnspecified());
        const auto before = node.record()->seq();
        int changes = 0;
        const auto subscription = node.recordChanged().subscribe([&](const auto&) { ++changes; });
        node.observed(elsewhere, EphemeralNode::votesNeeded - 1);
        CPPUNIT_ASSERT(node.advertised()->ip != elsewhere);
        node.observed(elsewhere, EphemeralNode::votesNeeded);
        CPPUNIT_ASSERT(node.advertised()->ip == elsewhere);
        CPPUNIT_ASSERT(node.record()->seq() > before);
        node.observed(elsewhere, EphemeralNode::votesNeeded);
        CPPUNIT_ASSERT_EQUAL(1, changes);
    }

    void hasANewerRecordInEachRun()
    {
        const EphemeralNode first(testkit::testKey(1), {}, _clock);
        _clock.advance(std::chrono::seconds(1));
        const EphemeralNode second(testkit::testKey(1), {}, _clock);
        CPPUNIT_ASSERT(second.record()->seq() > first.record()->seq());
    }

private:
    testkit::ManualClock _clock;
};

CPPUNIT_TEST_SUITE_REGISTRATION(EphemeralNodeTest);

} // namespace waymark::discv4
