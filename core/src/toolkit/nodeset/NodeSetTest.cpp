#include <waymark/node/Rlp.h>
#include <waymark/testkit/TestKeys.h>
#include <waymark/toolkit/nodeset/NodeSet.h>

#include <cppunit/extensions/HelperMacros.h>

namespace waymark::toolkit::nodeset
{

namespace
{

using node::IpAddress;
using node::IpFamily;
using testkit::testKey;

Bytes forkItem()
{
    Bytes item;
    node::rlp::Writer writer(item);
    const auto outer = writer.beginList();
    const auto inner = writer.beginList();
    writer.string(FixedBytes<4>{0xfc, 0x64, 0xec, 0x04}).integer(1150000).endList(inner).endList(outer);
    return item;
}

node::Enr record(std::uint64_t key, std::uint64_t seq)
{
    return node::EnrBuilder()
        .seq(seq)
        .endpoint({IpAddress::v4(10, 0, 0, static_cast<Byte>(seq)), 30303, 30304})
        .entry("eth", forkItem())
        .sign(testKey(key))
        .value();
}

node::Enode url(std::uint64_t key, std::uint16_t port)
{
    return {testKey(key).publicKey(), {IpAddress::v4(10, 1, 0, 1), port, port}};
}

WallTime at(int seconds)
{
    return WallTime(std::chrono::seconds(seconds));
}

} // namespace

class NodeSetTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(NodeSetTest);
    CPPUNIT_TEST(anEntrySaysWhatItsRecordSays);
    CPPUNIT_TEST(anEntryOfAUrlHasOneEndpoint);
    CPPUNIT_TEST(portsOfIpv6DefaultToThoseOfIpv4);
    CPPUNIT_TEST(theOnePortOfARecordStandsForBothInItsUrl);
    CPPUNIT_TEST(neitherRecordNorUrlIsRefused);
    CPPUNIT_TEST(aNodeIsThereOnce);
    CPPUNIT_TEST(theNewestRecordWins);
    CPPUNIT_TEST(aRecordReplacesAUrlAndNotTheOtherWay);
    CPPUNIT_TEST(ofTwoUrlsTheOneThatAnsweredLaterWins);
    CPPUNIT_TEST(theBestOfBothHistoriesStays);
    CPPUNIT_TEST(aForkIdentifierThatIsNoneIsNothing);
    CPPUNIT_TEST(aForkIdentifierHasOneFormForPeopleAndOneInJson);
    CPPUNIT_TEST_SUITE_END();

    void anEntrySaysWhatItsRecordSays()
    {
        const auto source = record(1, 7);
        const Entry entry(source);
        CPPUNIT_ASSERT(entry.id() == source.key().nodeId() && entry.key() == source.key());
        CPPUNIT_ASSERT(entry.isSigned() && entry.seq() == 7);
        CPPUNIT_ASSERT_EQUAL(source.toString(), entry.text());
        CPPUNIT_ASSERT(entry.endpoint() == source.endpointV4());
        CPPUNIT_ASSERT(!entry.endpoint(IpFamily::v6));
        CPPUNIT_ASSERT(entry.keys() ==
                       (std::vector<std::string_view>{"eth", "id", "ip", "secp256k1", "tcp", "udp"}));
        CPPUNIT_ASSERT_EQUAL(std::string("fc64ec04/1150000"), entry.forkId().value().toString());
        CPPUNIT_ASSERT(!entry.item("ip6") && entry.item("ip"));
        CPPUNIT_ASSERT(Entry::parse(entry.text()).value() == entry);
    }

    void anEntryOfAUrlHasOneEndpoint()
    {
        const Entry entry(url(1, 30303));
        CPPUNIT_ASSERT(!entry.isSigned() && entry.seq() == 0 && entry.keys().empty() && !entry.forkId());
        CPPUNIT_ASSERT_EQUAL(url(1, 30303).toString(), entry.text());
        CPPUNIT_ASSERT(entry.endpoint(IpFamily::v4) == url(1, 30303).endpoint);
        CPPUNIT_ASSERT(!entry.endpoint(IpFamily::v6));
        CPPUNIT_ASSERT(Entry::parse(entry.text()).value() == entry);
    }

    void portsOfIpv6DefaultToThoseOfIpv4()
    {
        const auto address = IpAddress::parse("2001:db8::7").value();
        Bytes ip;
        node::rlp::Writer(ip).string(address.bytes());
        const Entry entry(node::EnrBuilder()
                              .endpoint({IpAddress::v4(10, 0, 0, 1), 30303, 30304})
                              .entry("ip6", ip)
                              .sign(testKey(1))
                              .value());
        CPPUNIT_ASSERT((entry.endpoint(IpFamily::v6) == node::NodeEndpoint{address, 30303, 30304}));
    }

    void theOnePortOfARecordStandsForBothInItsUrl()
    {
        const auto urlOf = [](std::uint16_t udp, std::uint16_t tcp) {
            return Entry(node::EnrBuilder()
                             .endpoint({IpAddress::v4(10, 0, 0, 1), udp, tcp})
                             .sign(testKey(1))
                             .value())
                .url();
        };
        CPPUNIT_ASSERT((urlOf(1, 2)->endpoint == node::NodeEndpoint{IpAddress::v4(10, 0, 0, 1), 1, 2}));
        CPPUNIT_ASSERT((urlOf(0, 2)->endpoint == node::NodeEndpoint{IpAddress::v4(10, 0, 0, 1), 2, 2}));
        CPPUNIT_ASSERT((urlOf(1, 0)->endpoint == node::NodeEndpoint{IpAddress::v4(10, 0, 0, 1), 1, 1}));
        CPPUNIT_ASSERT(!urlOf(0, 0));
    }

    void neitherRecordNorUrlIsRefused()
    {
        for (const std::string text : {"", "node", "enr:", "enr:AAAA", "enode://", "enode://00@1.2.3.4:5"})
            CPPUNIT_ASSERT(!Entry::parse(text));
    }

    void aNodeIsThereOnce()
    {
        NodeSet nodes;
        CPPUNIT_ASSERT(nodes.merge(Entry(record(1, 1))) == NodeSet::Merged::added);
        CPPUNIT_ASSERT(nodes.merge(Entry(record(2, 1))) == NodeSet::Merged::added);
        CPPUNIT_ASSERT(nodes.merge(Entry(record(1, 1))) == NodeSet::Merged::known);
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, nodes.size());
        CPPUNIT_ASSERT(nodes.find(testKey(2).publicKey().nodeId())->text() == record(2, 1).toString());
        CPPUNIT_ASSERT(nodes.find(testKey(3).publicKey().nodeId()) == nullptr);
        CPPUNIT_ASSERT(nodes.erase(testKey(2).publicKey().nodeId()) && nodes.size() == 1);
    }

    void theNewestRecordWins()
    {
        NodeSet nodes;
        nodes.merge(Entry(record(1, 5)));
        CPPUNIT_ASSERT(nodes.merge(Entry(record(1, 4))) == NodeSet::Merged::known);
        CPPUNIT_ASSERT(nodes.merge(Entry(record(1, 6))) == NodeSet::Merged::renewed);
        CPPUNIT_ASSERT_EQUAL(record(1, 6).toString(), nodes.entries().begin()->second.text());
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{6}, nodes.entries().begin()->second.seq());
    }

    void aRecordReplacesAUrlAndNotTheOtherWay()
    {
        NodeSet nodes;
        nodes.merge(Entry(url(1, 1)));
        CPPUNIT_ASSERT(nodes.merge(Entry(record(1, 0))) == NodeSet::Merged::renewed);
        CPPUNIT_ASSERT(nodes.merge(Entry(url(1, 1))) == NodeSet::Merged::known);
        CPPUNIT_ASSERT(nodes.entries().begin()->second == Entry(record(1, 0)));
    }

    void ofTwoUrlsTheOneThatAnsweredLaterWins()
    {
        Entry first(url(1, 1));
        Entry second(url(1, 2));
        first.history.lastResponse = at(20);
        second.history.lastResponse = at(10);
        CPPUNIT_ASSERT(!Entry(first).merge(second));
        CPPUNIT_ASSERT(second.merge(first));
        CPPUNIT_ASSERT(second.endpoint()->udp == 1);
    }

    void theBestOfBothHistoriesStays()
    {
        Entry left(record(1, 1));
        Entry right(record(1, 1));
        left.history = {3, at(30), at(50), at(90)};
        right.history = {5, at(20), at(60), at(80)};
        left.merge(right);
        CPPUNIT_ASSERT((left.history == Entry::History{5, at(20), at(60), at(90)}));
        right.history = {};
        right.merge(left);
        CPPUNIT_ASSERT(right.history == left.history);
    }

    void aForkIdentifierHasOneFormForPeopleAndOneInJson()
    {
        const auto id = ForkId::decode(forkItem()).value();
        CPPUNIT_ASSERT_EQUAL(id.toString(), id.cell().shown());
        CPPUNIT_ASSERT_EQUAL(std::string(R"({"hash":"0xfc64ec04","next":1150000})"), id.cell().json());
        CPPUNIT_ASSERT(ForkId::parse("fc64ec04/1150000") == id && ForkId::parse("0xfc64ec04/1150000") == id);
        for (const char* const text : {"", "/", "fc64ec04", "fc64ec04/", "fc64ec04/x", "fc64ec04/-1",
                                       "fc64ec0/1", "fc64ec04/18446744073709551616", "none"})
            CPPUNIT_ASSERT_MESSAGE(text, !ForkId::parse(text));
    }

    void aForkIdentifierThatIsNoneIsNothing()
    {
        const Bytes whole = forkItem();
        CPPUNIT_ASSERT(ForkId::decode(whole));
        for (std::size_t size = 0; size < whole.size(); ++size)
            CPPUNIT_ASSERT(!ForkId::decode(ByteView(whole).first(size)));
        CPPUNIT_ASSERT(!ForkId::decode(FixedBytes<1>{0xc0}) && !ForkId::decode(FixedBytes<2>{0xc1, 0xc0}));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(NodeSetTest);

} // namespace waymark::toolkit::nodeset
