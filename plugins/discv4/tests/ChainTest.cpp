#include "World.h"

#include <waymark/node/Rlp.h>

#include <cppunit/TestFixture.h>
#include <cppunit/extensions/HelperMacros.h>

#include <optional>
#include <string>

namespace waymark::discv4::testing
{

using engine::ForkFilter;
using wire::PacketType;

/// With a fork filter, the table is for nodes of one chain.
class ChainTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(ChainTest);
    CPPUNIT_TEST(takesNodesOfItsChain);
    CPPUNIT_TEST(tellsNobodyOfANodeBeforeItsRecordIsRead);
    CPPUNIT_TEST(keepsNodesOfOtherChainsOut);
    CPPUNIT_TEST(takesNodesThatHaveNoRecord);
    CPPUNIT_TEST(takesNodesWhoseRecordNamesNoChain);
    CPPUNIT_TEST(asksAgainWhenARecordWasLost);
    CPPUNIT_TEST(dropsANodeThatWentToAnotherChain);
    CPPUNIT_TEST(aNewFilterClearsTheTable);
    CPPUNIT_TEST(answersNodesOfOtherChainsAllTheSame);
    CPPUNIT_TEST(registeredPeersMayBeOfAnyChain);
    CPPUNIT_TEST(withoutFilterNobodyIsAskedFirst);
    CPPUNIT_TEST_SUITE_END();

    static constexpr std::uint32_t ours = 0xfc64ec04; // of the genesis block below
    static constexpr std::uint32_t other = 0xa3f5ab08;

    static ForkFilter filter()
    {
        return ForkFilter::parse("d4e56740f876aef8c010b86a40d5f56745a118d0906a34e69aec8c0db1cb8fa3").value();
    }

    node::Enr record(std::uint64_t seq, std::optional<std::uint32_t> forkHash) const
    {
        node::EnrBuilder builder;
        builder.seq(seq);
        if (forkHash) {
            Bytes item;
            node::rlp::Writer writer(item);
            const auto all = writer.beginList();
            const auto id = writer.beginList();
            const FixedBytes<4> hash{
                static_cast<Byte>(*forkHash >> 24), static_cast<Byte>(*forkHash >> 16 & 0xff),
                static_cast<Byte>(*forkHash >> 8 & 0xff), static_cast<Byte>(*forkHash & 0xff)};
            writer.string(hash).integer(0).endList(id).endList(all);
            builder.entry("eth", item);
        }
        return builder.sign(_peer.secret()).value();
    }

    /// The peer bonds and announces a record with every PING.
    void bond(std::optional<std::uint64_t> seq)
    {
        _world.clock().advance(std::chrono::seconds(1));
        _peer.answerPings(true);
        const auto& endpoint = _peer.endpoint();
        const node::NodeEndpoint where{endpoint.ip, endpoint.port, 7};
        for (int i = 0; i < 2; ++i) {
            _peer.ping(_node.endpoint(), {where, where, _world.soon() + static_cast<unsigned>(i), seq});
            _world.deliver();
        }
    }

    void answerWith(const node::Enr& record)
    {
        const auto request = _peer.last(PacketType::enrRequest).hash;
        _peer.enrResponse(_node.endpoint(), request, record.encoded());
        _world.deliver();
    }

    bool isInTable() const { return _node.engine().table().find(_peer.id()).has_value(); }

    void takesNodesOfItsChain()
    {
        _node.engine().setForkFilter(filter());
        bond(5);
        answerWith(record(5, ours));
        const auto known = _node.engine().table().find(_peer.id());
        CPPUNIT_ASSERT(known.has_value());
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{5}, known->record->seq());
        CPPUNIT_ASSERT_EQUAL(std::uint16_t{7}, known->endpoint.tcp);
    }

    void tellsNobodyOfANodeBeforeItsRecordIsRead()
    {
        _node.engine().setForkFilter(filter());
        bond(5);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, _peer.count(PacketType::enrRequest));
        CPPUNIT_ASSERT(!isInTable());
    }

    void keepsNodesOfOtherChainsOut()
    {
        _node.engine().setForkFilter(filter());
        bond(5);
        answerWith(record(5, other));
        CPPUNIT_ASSERT(!isInTable());
        CPPUNIT_ASSERT_EQUAL(1.0, _node.dropped("other_chain"));
    }

    void takesNodesThatHaveNoRecord()
    {
        _node.engine().setForkFilter(filter());
        bond({});
        CPPUNIT_ASSERT(isInTable());
    }

    void takesNodesWhoseRecordNamesNoChain()
    {
        _node.engine().setForkFilter(filter());
        bond(5);
        answerWith(record(5, {}));
        CPPUNIT_ASSERT(isInTable());
    }

    void asksAgainWhenARecordWasLost()
    {
        _node.engine().setForkFilter(filter());
        bond(5);
        _world.clock().advance(std::chrono::minutes(1));
        bond(5);
        answerWith(record(5, ours));
        CPPUNIT_ASSERT(isInTable());
    }

    void dropsANodeThatWentToAnotherChain()
    {
        _node.engine().setForkFilter(filter());
        bond(5);
        answerWith(record(5, ours));
        bond(6);
        answerWith(record(6, other));
        CPPUNIT_ASSERT(!isInTable());
    }

    void aNewFilterClearsTheTable()
    {
        bond(5);
        answerWith(record(5, other));
        CPPUNIT_ASSERT(isInTable());
        _node.engine().setForkFilter(filter());
        CPPUNIT_ASSERT(!isInTable());
    }

    void answersNodesOfOtherChainsAllTheSame()
    {
        _node.engine().setForkFilter(filter());
        bond(5);
        answerWith(record(5, other));
        _peer.findNode(_node.endpoint(), _node.key());
        _world.deliver();
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, _peer.count(PacketType::neighbors));
    }

    void registeredPeersMayBeOfAnyChain()
    {
        _node.engine().setForkFilter(filter());
        _node.enroll(_peer.key(), nodeAt("127.0.0.2:30303"));
        bond(5);
        answerWith(record(5, other));
        CPPUNIT_ASSERT_EQUAL(0.0, _node.dropped("other_chain"));
        CPPUNIT_ASSERT(_node.engine().registered().recordSeq(_peer.id()) == 5);
        CPPUNIT_ASSERT(_node.engine().liveness(node::PeerId(_peer.key()))->state ==
                       discovery::Liveness::live);
    }

    void withoutFilterNobodyIsAskedFirst()
    {
        _peer.bond(_node.endpoint());
        CPPUNIT_ASSERT(isInTable());
    }

    World _world;
    mutable Node _node{_world, 1, at("127.0.0.1:30303")};
    Speaker _peer{_world, 2, at("127.0.0.2:30303")};
};

CPPUNIT_TEST_SUITE_REGISTRATION(ChainTest);

} // namespace waymark::discv4::testing
