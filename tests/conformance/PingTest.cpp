#include "Peer.h"

#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>
#include <limits>

namespace waymark::conformance
{

using namespace discv4::wire;

namespace
{

const node::NodeEndpoint elsewhere{node::IpAddress::v4(192, 0, 2, 0), 1, 2};

} // namespace

/// PING and PONG, in order and not.
class PingTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(PingTest);
    CPPUNIT_TEST(ping);
    CPPUNIT_TEST(pingWrongTo);
    CPPUNIT_TEST(pingWrongFrom);
    CPPUNIT_TEST(pingExtraData);
    CPPUNIT_TEST(pingExtraDataWrongFrom);
    CPPUNIT_TEST(pingOfAnotherVersion);
    CPPUNIT_TEST(pingPastExpiration);
    CPPUNIT_TEST(pingWrongHash);
    CPPUNIT_TEST(pingOfAnySize);
    CPPUNIT_TEST(wrongPacketType);
    CPPUNIT_TEST(bondThenPing);
    CPPUNIT_TEST(bondThenPingWithWrongFrom);
    CPPUNIT_TEST(thirtyPacketsAtOncePassTheDefaultLimits);
    CPPUNIT_TEST_SUITE_END();

    DiscoveryBootnode _bootnode;
    Peer _peer{_bootnode, 2};

    /// A stranger's PING has its PONG, at the address it came from, and its one PING back before that.
    void requireAnswered(const node::Hash256& ping)
    {
        const auto answers = _peer.heard();
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, answers.size());
        CPPUNIT_ASSERT(std::holds_alternative<Ping>(answers.front().message));
        requirePong(only(answers, PacketType::pong), ping);
    }

    void requirePong(const Peer::Heard& heard, const node::Hash256& ping)
    {
        const auto& pong = std::get<Pong>(heard.message);
        CPPUNIT_ASSERT(pong.pingHash == ping);
        CPPUNIT_ASSERT(pong.to.udpEndpoint() == _peer.endpoint());
        CPPUNIT_ASSERT(heard.from == _bootnode.udp());
        CPPUNIT_ASSERT(heard.sender == _bootnode.local().key());
    }

    Ping wrongFrom() const
    {
        Ping ping = _peer.goodPing();
        ping.from = elsewhere;
        return ping;
    }

    /// The content of a PING with one more item in its list, and bytes behind the list.
    Bytes withExtraData(const Ping& ping) const
    {
        Bytes data = _peer.dataOf(ping);
        constexpr Byte shortList = 0xc0;
        CPPUNIT_ASSERT(data.front() > shortList && data.front() < 0xf7);
        constexpr std::string_view item = "\x83xyz";
        data.front() = static_cast<Byte>(data.front() + item.size());
        for (const std::string_view more : {item, std::string_view("behind")})
            data.insert(data.end(), more.begin(), more.end());
        return data;
    }

public:
    void ping() { requireAnswered(_peer.send(_peer.goodPing())); }

    void pingWrongTo()
    {
        Ping ping = _peer.goodPing();
        ping.to = elsewhere;
        requireAnswered(_peer.send(ping));
    }

    void pingWrongFrom() { requireAnswered(_peer.send(wrongFrom())); }

    void pingExtraData() { requireAnswered(_peer.sendSealed(1, withExtraData(_peer.goodPing()))); }

    void pingExtraDataWrongFrom() { requireAnswered(_peer.sendSealed(1, withExtraData(wrongFrom()))); }

    void pingOfAnotherVersion()
    {
        Bytes data = _peer.dataOf(_peer.goodPing());
        CPPUNIT_ASSERT_EQUAL(4, static_cast<int>(data[1]));
        data[1] = 99;
        requireAnswered(_peer.sendSealed(1, data));
    }

    void pingPastExpiration()
    {
        constexpr std::uint64_t unbelievable = std::uint64_t{1} << 63U;
        Ping ping = _peer.goodPing();
        const std::uint64_t inTime = ping.expiration;
        for (const std::uint64_t over :
             {std::uint64_t{0}, inTime - 30, unbelievable, unbelievable + inTime, std::uint64_t{0} - inTime,
              std::numeric_limits<std::uint64_t>::max()}) {
            ping.expiration = over;
            _peer.send(ping);
        }
        CPPUNIT_ASSERT(_peer.heard().empty());
        ping.expiration = inTime;
        requireAnswered(_peer.send(ping));
    }

    void pingWrongHash()
    {
        Bytes packet = _peer.packetOf(_peer.goodPing());
        packet.front() ^= 1U;
        _peer.sendRaw(packet);
        CPPUNIT_ASSERT(_peer.heard().empty());
    }

    void pingOfAnySize()
    {
        Bytes data = _peer.dataOf(_peer.goodPing());
        data.resize(maximumPacket - minimumPacket + 1, 'x');
        _peer.sendSealed(1, data);
        _peer.sendRaw({});
        _peer.sendRaw(Bytes(minimumPacket - 1, 'x'));
        CPPUNIT_ASSERT(_peer.heard().empty());
        data.pop_back();
        requireAnswered(_peer.sendSealed(1, data));
    }

    void wrongPacketType()
    {
        const Bytes data = _peer.dataOf(_peer.goodPing());
        for (const int type : {0, 7, 66, 255})
            _peer.sendSealed(static_cast<Byte>(type), data);
        CPPUNIT_ASSERT(_peer.heard().empty());
    }

    void bondThenPing()
    {
        _peer.bond();
        const auto ping = _peer.send(_peer.goodPing());
        const auto answers = _peer.heard();
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, answers.size());
        requirePong(only(answers, PacketType::pong), ping);
    }

    void bondThenPingWithWrongFrom()
    {
        _peer.bond();
        const auto ping = _peer.send(wrongFrom());
        const auto answers = _peer.heard();
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, answers.size());
        requirePong(only(answers, PacketType::pong), ping);
    }

    /// More than a whole conformance run sends, and sooner.
    void thirtyPacketsAtOncePassTheDefaultLimits()
    {
        constexpr std::size_t packets = 30;
        Ping ping = _peer.goodPing();
        for (std::size_t i = 0; i < packets; ++i) {
            ++ping.expiration;
            _peer.send(ping);
        }
        const auto answers = _peer.heard();
        CPPUNIT_ASSERT_EQUAL(packets, count(answers, PacketType::pong));
        CPPUNIT_ASSERT(count(answers, PacketType::ping) >= 1);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(PingTest);

} // namespace waymark::conformance
