#include "World.h"
#include "engine/AddressVotes.h"

#include <cppunit/extensions/HelperMacros.h>

#include <memory>
#include <string>

namespace waymark::discv4::testing
{

using engine::AddressVotes;
using node::IpFamily;

/// Where this node is, by what others say.
class OwnEndpointTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(OwnEndpointTest);
    CPPUNIT_TEST(tellsWhereProvenNodesSeeIt);
    CPPUNIT_TEST(pingsOfProvenNodesCount);
    CPPUNIT_TEST(unprovenNodesHaveNoVote);
    CPPUNIT_TEST(oneVoteForEachPrefix);
    CPPUNIT_TEST(needsMoreThanHalfOfTheVotes);
    CPPUNIT_TEST(votesEndAfterFiveMinutes);
    CPPUNIT_TEST(aVoteThatIsRepeatedBeginsAnew);
    CPPUNIT_TEST(localAddressesAreBelievedFromThereOnly);
    CPPUNIT_TEST(addressesOfTheOtherFamilyDoNotCount);
    CPPUNIT_TEST(mappedAddressesAreThoseOfIpv4);
    CPPUNIT_TEST(votersAreBounded);
    CPPUNIT_TEST_SUITE_END();

    World _world;
    Node _node{_world, 1, at("10.0.0.1:30303")};
    std::vector<std::unique_ptr<Speaker>> _speakers;
    AddressVotes _votes{7};

    static constexpr Duration untilTally = std::chrono::seconds(6);

    static node::IpAddress ip(const std::string& text) { return node::IpAddress::parse(text).value(); }

    Speaker& speaker(const std::string& where, const char* sees)
    {
        auto& made = *_speakers.emplace_back(
            std::make_unique<Speaker>(_world, 100 + _speakers.size(), at(where + ":30303")));
        made.seesOthersAt(ip(sees));
        return made;
    }

    void vote(const std::string& voter, const char* seen)
    {
        _votes.vote(ip(voter), ip(seen), _world.clock().now());
    }

    std::size_t hostsFor(const char* address)
    {
        const auto majority = _votes.majority(ip(address).family(), _world.clock().now());
        return majority && majority->ip == ip(address) ? majority->hosts : 0;
    }

public:
    void tellsWhereProvenNodesSeeIt()
    {
        for (const char* where : {"8.8.1.1", "8.8.2.1", "8.8.3.1"})
            speaker(where, "9.9.9.9").bond(_node.endpoint());
        CPPUNIT_ASSERT(!_node.local().lastObserved(IpFamily::v4));
        _world.advance(untilTally);
        const auto told = _node.local().lastObserved(IpFamily::v4);
        CPPUNIT_ASSERT(told && told->ip == ip("9.9.9.9"));
        CPPUNIT_ASSERT_EQUAL(std::size_t{3}, told->hosts);
        CPPUNIT_ASSERT(!_node.local().lastObserved(IpFamily::v6));
    }

    void pingsOfProvenNodesCount()
    {
        Speaker& peer = speaker("8.8.1.1", "9.9.9.9");
        peer.bond(_node.endpoint());
        peer.seesOthersAt(ip("9.9.9.8"));
        _world.advance(std::chrono::seconds(1));
        peer.ping(_node.endpoint());
        _world.advance(untilTally);
        CPPUNIT_ASSERT(_node.local().lastObserved(IpFamily::v4)->ip == ip("9.9.9.8"));
    }

    void unprovenNodesHaveNoVote()
    {
        Speaker& forged = speaker("8.8.1.1", "9.9.9.9"); // answers no ping back
        for (int i = 0; i < 3; ++i) {
            forged.ping(_node.endpoint());
            forged.pong(_node.endpoint(), node::Hash256{}); // to no ping
            _world.advance(std::chrono::seconds(1));
        }
        _world.advance(untilTally);
        CPPUNIT_ASSERT(!_node.local().lastObserved(IpFamily::v4));
    }

    void oneVoteForEachPrefix()
    {
        for (int i = 1; i < 50; ++i)
            vote("8.8.8." + std::to_string(i), "6.6.6.6");
        vote("9.1.1.1", "9.9.9.9");
        vote("9.1.2.1", "9.9.9.9");
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, hostsFor("9.9.9.9"));
        for (int i = 1; i < 50; ++i)
            vote("2600::" + std::to_string(i), "2600:6::6");
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, hostsFor("2600:6::6"));
    }

    void needsMoreThanHalfOfTheVotes()
    {
        vote("8.8.1.1", "9.9.9.9");
        vote("8.8.2.1", "9.9.9.8");
        CPPUNIT_ASSERT(!_votes.majority(IpFamily::v4, _world.clock().now()));
        vote("8.8.2.2", "9.9.9.9"); // the second voter changed its mind
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, hostsFor("9.9.9.9"));
        vote("8.8.3.1", "9.9.9.1");
        vote("8.8.4.1", "9.9.9.2");
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, hostsFor("9.9.9.9"));
    }

    void votesEndAfterFiveMinutes()
    {
        vote("8.8.1.1", "9.9.9.9");
        _world.clock().advance(AddressVotes::validity);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, hostsFor("9.9.9.9"));
        vote("8.8.2.1", "9.9.9.8");
        _world.clock().advance(std::chrono::seconds(1));
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, hostsFor("9.9.9.8"));
    }

    void aVoteThatIsRepeatedBeginsAnew()
    {
        vote("8.8.1.1", "9.9.9.9");
        vote("8.8.2.1", "9.9.9.8");
        _world.clock().advance(AddressVotes::validity / 2);
        vote("8.8.1.1", "9.9.9.9");
        _world.clock().advance(AddressVotes::validity / 2 + std::chrono::seconds(1));
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, hostsFor("9.9.9.9"));
    }

    void localAddressesAreBelievedFromThereOnly()
    {
        for (const char* seen : {"10.0.0.9", "127.0.0.9", "0.0.0.0", "224.0.0.1", "192.0.2.1"}) {
            vote("8.8.1.1", seen);
            CPPUNIT_ASSERT_EQUAL_MESSAGE(seen, std::size_t{0}, hostsFor(seen));
        }
        vote("10.0.0.2", "127.0.0.9");
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, hostsFor("127.0.0.9"));
        for (const char* voter : {"10.0.0.2", "10.0.0.3", "10.0.0.4"}) // each for itself
            vote(voter, "10.0.0.9");
        CPPUNIT_ASSERT_EQUAL(std::size_t{3}, hostsFor("10.0.0.9"));
    }

    void addressesOfTheOtherFamilyDoNotCount()
    {
        vote("8.8.1.1", "2600::9");
        vote("2600::1", "9.9.9.9");
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, hostsFor("2600::9"));
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, hostsFor("9.9.9.9"));
    }

    void mappedAddressesAreThoseOfIpv4()
    {
        vote("::ffff:8.8.1.1", "::ffff:9.9.9.9");
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, hostsFor("9.9.9.9"));
    }

    void votersAreBounded()
    {
        vote("8.0.0.1", "9.9.9.9");
        _world.clock().advance(std::chrono::seconds(1));
        for (std::size_t i = 0; i < AddressVotes::mostVoters; ++i)
            vote("7." + std::to_string(i / 256) + '.' + std::to_string(i % 256) + ".1", "6.6.6.6");
        CPPUNIT_ASSERT_EQUAL(AddressVotes::mostVoters, hostsFor("6.6.6.6"));
        vote("6.0.0.1", "6.6.6.6");
        CPPUNIT_ASSERT_EQUAL(AddressVotes::mostVoters, hostsFor("6.6.6.6"));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(OwnEndpointTest);

} // namespace waymark::discv4::testing
