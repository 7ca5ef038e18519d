#include "client/NodeClient.h"

#include "client/tests/FakePort.h"

#include <waymark/testkit/ManualClock.h>
#include <waymark/testkit/TestKeys.h>

#include <cppunit/TestFixture.h>
#include <cppunit/extensions/HelperMacros.h>

#include <optional>
#include <set>

namespace waymark::discv4::client::testing
{

namespace
{

using namespace std::chrono_literals;
using wire::PacketType;

const auto loopback = node::IpAddress::v4(127, 0, 0, 1);
const node::Endpoint there{loopback, 30303};

wire::Neighbor toldNode(std::uint64_t number)
{
    return {testkit::testKey(100 + number).publicKey(),
            {loopback, static_cast<std::uint16_t>(31000 + number), 0}};
}

} // namespace

class NodeClientTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(NodeClientTest);
    CPPUNIT_TEST(tellsHowLongAPongTook);
    CPPUNIT_TEST(endsWithNoAnswerWhenTheTimeIsOver);
    CPPUNIT_TEST(asksNothingTwiceByteForByte);
    CPPUNIT_TEST(takesNoPongFromAnotherAddress);
    CPPUNIT_TEST(tellsWhoElseAnswered);
    CPPUNIT_TEST(tellsThatAnAnswerHadExpired);
    CPPUNIT_TEST(tellsWhatTheNetworkRejected);
    CPPUNIT_TEST(tellsThatTheSystemSendsNothing);
    CPPUNIT_TEST(answersPings);
    CPPUNIT_TEST(exchangesProofsBeforeItAsks);
    CPPUNIT_TEST(asksANodeThatSendsNoPingAfterAWhile);
    CPPUNIT_TEST(asksAtOnceWhereTheProofsAreThere);
    CPPUNIT_TEST(collectsNeighborsOfSeveralDatagrams);
    CPPUNIT_TEST(endsFewerNeighborsWhenNoMoreCome);
    CPPUNIT_TEST(setsNeighborsApartThatMustNotBeTold);
    CPPUNIT_TEST(asksOneQuestionOfANodeAtATime);
    CPPUNIT_TEST(takesNoNeighborsThatItDidNotAskFor);
    CPPUNIT_TEST(asksAgainAndProvesAgain);
    CPPUNIT_TEST(takesTheRecordOfItsRequestOnly);
    CPPUNIT_TEST(refusesTheRecordOfAnotherNode);
    CPPUNIT_TEST(refusesARecordThatIsNoRecord);
    CPPUNIT_TEST(completionsMayAskFurther);
    CPPUNIT_TEST(survivesAnythingThatArrives);
    CPPUNIT_TEST_SUITE_END();

public:
    void tellsHowLongAPongTook()
    {
        std::optional<Answer<PongAnswer>> answer;
        client().ping(remote(), 1s, [&](const auto& got) { answer = got; });
        deliverPong(_port.sent.back(), 7ms);
        CPPUNIT_ASSERT(client().run());
        CPPUNIT_ASSERT(answer && answer->has_value());
        CPPUNIT_ASSERT(Duration(7ms) == (*answer)->roundTrip);
        CPPUNIT_ASSERT((*answer)->enrSeq == std::optional<std::uint64_t>(5));
    }

    void endsWithNoAnswerWhenTheTimeIsOver()
    {
        std::optional<Answer<PongAnswer>> answer;
        client().ping(remote(), 250ms, [&](const auto& got) { answer = got; });
        const auto begun = _clock.now();
        CPPUNIT_ASSERT(client().run());
        CPPUNIT_ASSERT(answer && !answer->has_value());
        CPPUNIT_ASSERT(Trouble::noAnswer == answer->error().trouble);
        CPPUNIT_ASSERT(answer->error().message.starts_with("no answer from 127.0.0.1:30303 within 250 ms"));
        CPPUNIT_ASSERT(_clock.now() - begun == Duration(250ms));
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, _port.sent.size());
    }

    void asksNothingTwiceByteForByte()
    {
        for (int i = 0; i < 5; ++i)
            client().ping(remote(), 1s, [](const auto&) {});
        std::set<Bytes> different;
        for (const auto& sent : _port.sent)
            different.insert(sent.bytes);
        CPPUNIT_ASSERT_EQUAL(std::size_t{5}, different.size());
    }

    void takesNoPongFromAnotherAddress()
    {
        std::optional<Answer<PongAnswer>> answer;
        client().ping(remote(), 1s, [&](const auto& got) { answer = got; });
        const node::Endpoint elsewhere{node::IpAddress::v4(127, 0, 0, 2), 30303};
        _port.deliver(elsewhere, pongTo(_port.sent.back().hash));
        CPPUNIT_ASSERT(client().run());
        CPPUNIT_ASSERT(answer && !answer->has_value());
        CPPUNIT_ASSERT(answer->error().message.find("127.0.0.2:30303") != std::string::npos);
    }

    void tellsWhoElseAnswered()
    {
        std::optional<Answer<PongAnswer>> answer;
        client().ping({testkit::testKey(9).publicKey(), {loopback, 30303, 0}}, 1s,
                      [&](const auto& got) { answer = got; });
        deliverPong(_port.sent.back());
        CPPUNIT_ASSERT(client().run());
        CPPUNIT_ASSERT(answer && !answer->has_value());
        CPPUNIT_ASSERT(Trouble::otherKey == answer->error().trouble);
        CPPUNIT_ASSERT(answer->error().message.find(remote().key.hex()) != std::string::npos);
    }

    void tellsThatAnAnswerHadExpired()
    {
        std::optional<Answer<PongAnswer>> answer;
        client().ping(remote(), 1s, [&](const auto& got) { answer = got; });
        const wire::Pong pong{{loopback, 40000, 0}, _port.sent.back().hash, _clock.unixSeconds() - 1, {}};
        _port.deliver(there, _remoteEncoder.encode(pong).bytes);
        CPPUNIT_ASSERT(client().run());
        CPPUNIT_ASSERT(answer && !answer->has_value());
        CPPUNIT_ASSERT(answer->error().message.find("clocks") != std::string::npos);
    }

    void tellsWhatTheNetworkRejected()
    {
        for (const auto trouble : {Trouble::refused, Trouble::unreachable}) {
            std::optional<Answer<PongAnswer>> answer;
            client().ping(remote(), 1s, [&](const auto& got) { answer = got; });
            _port.reject(there, trouble);
            const auto begun = _clock.now();
            CPPUNIT_ASSERT(client().run());
            CPPUNIT_ASSERT(answer && !answer->has_value());
            CPPUNIT_ASSERT(trouble == answer->error().trouble);
            CPPUNIT_ASSERT_MESSAGE("at once", _clock.now() == begun);
        }
    }

    void tellsThatTheSystemSendsNothing()
    {
        _port.refusal = ClientPort::Rejection{Trouble::unreachable, "Network is unreachable"};
        std::optional<Answer<RecordAnswer>> answer;
        client().requestRecord(remote(), 1s, [&](const auto& got) { answer = got; });
        CPPUNIT_ASSERT_MESSAGE("not before poll()", !answer);
        CPPUNIT_ASSERT(client().run());
        CPPUNIT_ASSERT(answer && !answer->has_value());
        CPPUNIT_ASSERT(Trouble::unreachable == answer->error().trouble);
        CPPUNIT_ASSERT(answer->error().message.find("Network is unreachable") != std::string::npos);
    }

    void answersPings()
    {
        const auto hash = deliverPing();
        client().poll(1s);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, _port.sent.size());
        const auto frame = wire::Frame::parse(_port.sent.back().bytes).value();
        CPPUNIT_ASSERT(hash == std::get<wire::Pong>(frame.decode().value()).pingHash);
        CPPUNIT_ASSERT(there == _port.sent.back().to);
    }

    void exchangesProofsBeforeItAsks()
    {
        client().findNode(remote(), testkit::testKey(3).publicKey(), 1s, [](const auto&) {});
        deliverPong(_port.sent.back());
        client().poll(1ms);
        CPPUNIT_ASSERT_EQUAL_MESSAGE("waits for its PING", std::size_t{1}, _port.sent.size());
        deliverPing();
        client().poll(1ms);
        CPPUNIT_ASSERT_EQUAL(std::size_t{3}, _port.sent.size());
        CPPUNIT_ASSERT(PacketType::pong == _port.sent[1].type);
        CPPUNIT_ASSERT(PacketType::findNode == _port.sent[2].type);
    }

    void asksANodeThatSendsNoPingAfterAWhile()
    {
        std::optional<Answer<NeighborsAnswer>> answer;
        client().findNode(remote(), testkit::testKey(3).publicKey(), 1s,
                          [&](const auto& got) { answer = got; });
        deliverPong(_port.sent.back());
        const auto begun = _clock.now();
        while (_port.sent.size() < 2)
            client().poll(1h);
        CPPUNIT_ASSERT(PacketType::findNode == _port.sent.back().type);
        CPPUNIT_ASSERT(_clock.now() - begun == Duration(500ms));
        CPPUNIT_ASSERT(client().run());
        CPPUNIT_ASSERT(answer && !answer->has_value());
        CPPUNIT_ASSERT_MESSAGE(answer->error().message,
                               answer->error().message.find("no PING of its own") != std::string::npos);
    }

    void asksAtOnceWhereTheProofsAreThere()
    {
        bond();
        const std::size_t before = _port.sent.size();
        client().requestRecord(remote(), 1s, [](const auto&) {});
        CPPUNIT_ASSERT_EQUAL(before + 1, _port.sent.size());
        CPPUNIT_ASSERT(PacketType::enrRequest == _port.sent.back().type);
        client().cancel();
        _clock.advance(13h);
        client().requestRecord(remote(), 1s, [](const auto&) {});
        CPPUNIT_ASSERT_MESSAGE("proofs run out", PacketType::ping == _port.sent.back().type);
    }

    void collectsNeighborsOfSeveralDatagrams()
    {
        bond();
        std::optional<Answer<NeighborsAnswer>> answer;
        client().findNode(remote(), testkit::testKey(3).publicKey(), 1s,
                          [&](const auto& got) { answer = got; });
        const auto begun = _clock.now();
        deliverNeighbors(0, 4);
        deliverNeighbors(4, 12);
        CPPUNIT_ASSERT(client().run());
        CPPUNIT_ASSERT(answer && answer->has_value());
        CPPUNIT_ASSERT_EQUAL(std::size_t{16}, (*answer)->nodes.size());
        CPPUNIT_ASSERT_EQUAL(2U, (*answer)->datagrams);
        CPPUNIT_ASSERT_MESSAGE("complete at once", _clock.now() == begun);
    }

    void endsFewerNeighborsWhenNoMoreCome()
    {
        bond();
        std::optional<Answer<NeighborsAnswer>> answer;
        client().findNode(remote(), testkit::testKey(3).publicKey(), 10s,
                          [&](const auto& got) { answer = got; });
        const auto begun = _clock.now();
        deliverNeighbors(0, 0);
        deliverNeighbors(0, 3);
        CPPUNIT_ASSERT(client().run());
        CPPUNIT_ASSERT(answer && answer->has_value());
        CPPUNIT_ASSERT_EQUAL(std::size_t{3}, (*answer)->nodes.size());
        CPPUNIT_ASSERT(_clock.now() - begun < Duration(1s));
    }

    void setsNeighborsApartThatMustNotBeTold()
    {
        const node::Endpoint global{node::IpAddress::v4(8, 8, 8, 8), 30303};
        const wire::Neighbor target{remote().key, {global.ip, global.port, 0}};
        std::optional<Answer<NeighborsAnswer>> answer;
        client().findNode(target, testkit::testKey(3).publicKey(), 1s,
                          [&](const auto& got) { answer = got; });
        _port.deliver(global, pongTo(_port.sent.back().hash));
        client().poll(1ms);
        client().poll(1h);
        wire::Neighbor low = toldNode(1);
        low.endpoint = {node::IpAddress::v4(9, 9, 9, 9), 53, 0};
        wire::Neighbor off = low;
        off.endpoint.udp = 30303;
        off.key = node::PublicKey(FixedBytes<64>{});
        wire::Neighbor good = low;
        good.endpoint.udp = 30303;
        const std::vector<wire::Neighbor> told{toldNode(1), low, off, good};
        _port.deliver(global, _remoteEncoder.encode(told, _clock.unixSeconds() + 20).bytes);
        CPPUNIT_ASSERT(client().run());
        CPPUNIT_ASSERT(answer && answer->has_value());
        CPPUNIT_ASSERT((*answer)->nodes == std::vector<wire::Neighbor>{good});
        CPPUNIT_ASSERT_EQUAL(std::size_t{3}, (*answer)->refused.size());
    }

    void asksOneQuestionOfANodeAtATime()
    {
        bond();
        const std::size_t before = _port.sent.size();
        int answered = 0;
        for (std::uint64_t i = 0; i < 3; ++i)
            client().findNode(remote(), testkit::testKey(3 + i).publicKey(), 1s,
                              [&](const auto& got) { answered += got.has_value() ? 1 : 0; });
        for (std::size_t i = 1; i <= 3; ++i) {
            CPPUNIT_ASSERT_EQUAL(before + i, _port.sent.size());
            deliverNeighbors(0, 8);
            deliverNeighbors(8, 8);
            client().poll(1ms);
        }
        CPPUNIT_ASSERT_EQUAL(3, answered);
    }

    void takesNoNeighborsThatItDidNotAskFor()
    {
        bond();
        deliverNeighbors(0, 8);
        client().poll(1ms);
        std::optional<Answer<NeighborsAnswer>> answer;
        client().findNode({testkit::testKey(9).publicKey(), {loopback, 30304, 0}},
                          testkit::testKey(3).publicKey(), 100ms, [&](const auto& got) { answer = got; });
        deliverNeighbors(0, 8);
        CPPUNIT_ASSERT(client().run());
        CPPUNIT_ASSERT(answer && !answer->has_value());
    }

    void asksAgainAndProvesAgain()
    {
        NodeClient::Options options;
        options.tries = 2;
        NodeClient twice(_key, _port, _clock, options);
        std::optional<Answer<NeighborsAnswer>> answer;
        twice.findNode(remote(), testkit::testKey(3).publicKey(), 1s, [&](const auto& got) { answer = got; });
        deliverPong(_port.sent.back());
        while (_port.sent.size() < 3)
            twice.poll(1h);
        CPPUNIT_ASSERT_MESSAGE("a PING, a FINDNODE, a PING", PacketType::ping == _port.sent.back().type);
        deliverPong(_port.sent.back());
        deliverPing();
        twice.poll(1ms);
        CPPUNIT_ASSERT(PacketType::findNode == _port.sent.back().type);
        deliverNeighbors(0, 2);
        CPPUNIT_ASSERT(twice.run());
        CPPUNIT_ASSERT(answer && answer->has_value());
    }

    void takesTheRecordOfItsRequestOnly()
    {
        bond();
        std::optional<Answer<RecordAnswer>> answer;
        client().requestRecord(remote(), 1s, [&](const auto& got) { answer = got; });
        const auto record = recordOf(1);
        deliverRecord({}, record);
        client().poll(1ms);
        CPPUNIT_ASSERT(!answer);
        deliverRecord(_port.sent.back().hash, record);
        CPPUNIT_ASSERT(client().run());
        CPPUNIT_ASSERT(answer && answer->has_value());
        CPPUNIT_ASSERT(record == (*answer)->record);
    }

    void refusesTheRecordOfAnotherNode()
    {
        bond();
        std::optional<Answer<RecordAnswer>> answer;
        client().requestRecord(remote(), 1s, [&](const auto& got) { answer = got; });
        deliverRecord(_port.sent.back().hash, recordOf(9));
        CPPUNIT_ASSERT(client().run());
        CPPUNIT_ASSERT(answer && !answer->has_value());
        CPPUNIT_ASSERT(Trouble::badAnswer == answer->error().trouble);
    }

    void refusesARecordThatIsNoRecord()
    {
        bond();
        std::optional<Answer<RecordAnswer>> answer;
        client().requestRecord(remote(), 1s, [&](const auto& got) { answer = got; });
        const Bytes list{0xc1, 0x80};
        _port.deliver(there, _remoteEncoder.encode(wire::EnrResponse{_port.sent.back().hash, list}).bytes);
        CPPUNIT_ASSERT(client().run());
        CPPUNIT_ASSERT(answer && !answer->has_value());
        CPPUNIT_ASSERT(Trouble::badAnswer == answer->error().trouble);
    }

    void completionsMayAskFurther()
    {
        int rounds = 0;
        const std::function<void(const Answer<PongAnswer>&)> again = [&](const auto&) {
            if (++rounds < 3)
                client().ping(remote(), 10ms, again);
        };
        client().ping(remote(), 10ms, again);
        CPPUNIT_ASSERT(client().run());
        CPPUNIT_ASSERT_EQUAL(3, rounds);
        CPPUNIT_ASSERT_EQUAL(std::size_t{3}, _port.sent.size());
    }

    void survivesAnythingThatArrives()
    {
        client().ping(remote(), 1s, [](const auto&) {});
        const Bytes pong = pongTo(_port.sent.back().hash);
        for (std::size_t size = 0; size < pong.size(); ++size)
            _port.deliver(there, ByteView(pong).first(size));
        for (std::size_t at = 0; at < pong.size(); ++at) {
            Bytes damaged = pong;
            damaged[at] ^= 1;
            _port.deliver(there, damaged);
        }
        while (!_port.isDrained())
            client().poll(Duration::zero());
        CPPUNIT_ASSERT_EQUAL_MESSAGE("not answered", std::size_t{1}, client().pending());
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, _port.sent.size());
    }

private:
    static wire::Neighbor remote() { return {testkit::testKey(2).publicKey(), {loopback, 30303, 30303}}; }
    NodeClient& client() { return _client; }

    Bytes pongTo(const node::Hash256& hash)
    {
        const auto packet =
            _remoteEncoder.encode(wire::Pong{{loopback, 40000, 0}, hash, _clock.unixSeconds() + 20, 5});
        return {packet.bytes.begin(), packet.bytes.end()};
    }
    void deliverPong(const FakePort::Sent& ping, Duration after = {})
    {
        _port.deliver(there, pongTo(ping.hash), after);
    }
    node::Hash256 deliverPing()
    {
        const auto packet = _remoteEncoder.encode(
            wire::Ping{{loopback, 30303, 0}, {loopback, 40000, 0}, _clock.unixSeconds() + 20, {}});
        _port.deliver(there, packet.bytes);
        return packet.hash;
    }
    void deliverNeighbors(std::uint64_t first, std::uint64_t count)
    {
        std::vector<wire::Neighbor> nodes;
        for (std::uint64_t i = first; i < first + count; ++i)
            nodes.push_back(toldNode(i));
        _port.deliver(there, _remoteEncoder.encode(nodes, _clock.unixSeconds() + 20).bytes);
    }
    static node::Enr recordOf(std::uint64_t key)
    {
        return node::EnrBuilder()
            .seq(7)
            .endpoint({loopback, 30303, 0})
            .sign(testkit::testKey(key + 1))
            .value();
    }
    void deliverRecord(const node::Hash256& request, const node::Enr& record)
    {
        _port.deliver(there, _remoteEncoder.encode(wire::EnrResponse{request, record.encoded()}).bytes);
    }
    void bond()
    {
        client().requestRecord(remote(), 1s, [](const auto&) {});
        deliverPong(_port.sent.back());
        deliverPing();
        client().poll(1ms);
        CPPUNIT_ASSERT(PacketType::enrRequest == _port.sent.back().type);
        client().cancel();
    }

    testkit::ManualClock _clock;
    FakePort _port{_clock};
    node::SecretKey _key = testkit::testKey(1);
    node::SecretKey _remoteKey = testkit::testKey(2);
    wire::Encoder _remoteEncoder{[this](const node::Hash256& digest) {
        return _remoteKey.sign(digest);
    }};
    NodeClient _client{_key, _port, _clock};
};

CPPUNIT_TEST_SUITE_REGISTRATION(NodeClientTest);

} // namespace waymark::discv4::client::testing
