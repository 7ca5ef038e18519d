#include "LockCounter.h"
#include "World.h"

#include <waymark/testkit/fault/FailingMemory.h>

#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

namespace waymark::discv4::testing
{

using testkit::fault::FailingMemory;

namespace
{

/// Counts what leaves, and copies nothing.
class CountingSink final : public net::DatagramSink
{
public:
    std::size_t sent = 0;
    void send(const net::Datagram&) override { ++sent; }
};

/// A log in which every line that is written, or only put together, is a failure.
class ForbiddenChannel final : public observe::LogChannel
{
public:
    bool enabled(observe::LogLevel level, std::string_view) const noexcept override
    {
        return level >= observe::LogLevel::info; // as in production
    }
    void write(observe::LogLevel, std::string_view, std::string_view, std::span<const observe::LogField>,
               std::string_view) noexcept override
    {
        ++lines;
    }
    int lines = 0;
};

/// The real curve, with how often it was asked.
class CountingRecovery final : public wire::SenderRecovery
{
public:
    tl::expected<node::PublicKey, wire::Drop> sender(const node::RecoverableSignature& signature,
                                                     ByteView signedBytes) const noexcept override
    {
        ++asked;
        return wire::curveRecovery().sender(signature, signedBytes);
    }
    mutable int asked = 0;
};

} // namespace

/// What a packet costs besides its cryptography: no memory, no line of the log, and locks that are counted.
class HotPathTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(HotPathTest);
    CPPUNIT_TEST(answersTakeNoMemory);
    CPPUNIT_TEST(garbageTakesNoMemoryNoLockAndNoCurve);
    CPPUNIT_TEST(whatNobodyIsMeantByCostsNoCurve);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override
    {
        for (std::uint64_t i = 0; i < 20; ++i)
            _node.enroll(testkit::testKey(500 + i).publicKey(),
                         nodeAt("127.0.1." + std::to_string(i + 1) + ":30303"));
        for (std::uint64_t i = 0; i < peerCount; ++i)
            _peers.push_back(std::make_unique<Speaker>(_world, 100 + i,
                                                       at("127.0.0." + std::to_string(i + 2) + ":30303")));
        for (const auto& peer : _peers)
            peer->bond(_here);
        _world.clock().advance(std::chrono::seconds(2));
        _world.attach(_here, [this](const Flight& flight) { _flights.push_back(flight); });
    }

    /// Each peer asks several times; the first half makes the path warm.
    void answersTakeNoMemory()
    {
        struct Kind
        {
            const char* name;
            std::function<void(Speaker&, std::uint64_t)> send;
            std::size_t answers;
            std::uint64_t locks; ///< of shards; no lock is one of all workers
        };
        const std::vector<Kind> kinds{
            {"PING",
             [this](Speaker& peer, std::uint64_t time) {
                 peer.ping(_here, {nodeAt("127.0.0.2:30303"), nodeAt("127.0.0.1:30303"), time, {}});
             },
             1, 2},
            {"FINDNODE",
             [this](Speaker& peer, std::uint64_t time) {
                 post(peer, wire::FindNode{testkit::testKey(7).publicKey(), time});
             },
             2, 2},
            {"ENRRequest", [this](Speaker& peer, std::uint64_t time) { post(peer, wire::EnrRequest{time}); },
             1, 4},
        };
        for (const Kind& kind : kinds) {
            for (std::uint64_t i = 0; i < rounds * peerCount; ++i)
                kind.send(*_peers[static_cast<std::size_t>(i % peerCount)], _world.soon() + i / peerCount);
            const auto cost = consumeAll();
            CPPUNIT_ASSERT_EQUAL_MESSAGE(kind.name, kind.answers * rounds * peerCount / 2, cost.sent);
            CPPUNIT_ASSERT_MESSAGE(kind.name, !cost.tookMemory);
            CPPUNIT_ASSERT_EQUAL_MESSAGE(kind.name, LockCounter::isCounting() ? kind.locks : 0,
                                         cost.mostLocks);
            CPPUNIT_ASSERT_EQUAL_MESSAGE(kind.name, 0, cost.lines);
        }
    }

    void garbageTakesNoMemoryNoLockAndNoCurve()
    {
        Speaker& peer = *_peers.front();
        const Speaker stranger(_world, 300, at("127.0.0.200:30303"));
        const std::uint64_t time = _world.soon();
        const auto expired = [&](Speaker& from) {
            post(from, wire::FindNode{_peers[0]->key(), time - 1'000});
        };
        expired(peer);
        const Bytes valid = take();
        Bytes wrongHash = valid;
        wrongHash[0] ^= 1;
        Bytes wrongType = valid;
        wrongType[wire::headSize] = 9;
        Bytes wrongData = valid;
        wrongData[wire::minimumPacket] = 0x80;
        for (const Bytes& bytes : {Bytes(20, 7), Bytes(97, 7), Bytes(150, 7), Bytes(1'281, 7), wrongHash,
                                   hashed(wrongType), hashed(wrongData), valid})
            for (const auto& from : {peer.endpoint(), stranger.endpoint()})
                for (std::size_t i = 0; i < 2 * rounds; ++i)
                    _flights.push_back({from, _here, bytes});
        const auto cost = consumeAll();
        CPPUNIT_ASSERT(!cost.tookMemory);
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{0}, cost.mostLocks);
        CPPUNIT_ASSERT_EQUAL(0, cost.curve);
        CPPUNIT_ASSERT_EQUAL(0, cost.lines);
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, cost.sent);
    }

    void whatNobodyIsMeantByCostsNoCurve()
    {
        Speaker stranger(_world, 300, at("127.0.0.200:30303"));
        for (std::uint64_t i = 0; i < 8; ++i) {
            const std::uint64_t time = _world.soon() + i;
            post(stranger, wire::FindNode{stranger.key(), time});
            post(stranger, wire::EnrRequest{time});
            stranger.pong(_here, node::keccak256(asBytes(std::to_string(i))));
            stranger.neighbors(_here, {{stranger.key(), nodeAt("127.0.0.9:30303")}});
            stranger.enrResponse(_here, node::keccak256(asBytes("no request")), Bytes{0xc0});
        }
        _node.engine().setBootnodes({{testkit::testKey(900).publicKey(), nodeAt("127.0.0.250:30303")}});
        const auto cost = consumeAll();
        CPPUNIT_ASSERT_EQUAL(0, cost.curve);
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{0}, cost.mostLocks);
        CPPUNIT_ASSERT(!cost.tookMemory);
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, cost.sent);
        CPPUNIT_ASSERT_EQUAL(16.0, _node.dropped("unproven"));
        CPPUNIT_ASSERT_EQUAL(24.0, _node.dropped("unsolicited"));
        // Whoever may be meant is looked at, and no more than that.
        stranger.moveTo({_peers.front()->endpoint().ip, 4'000});
        post(stranger, wire::FindNode{stranger.key(), _world.soon()});
        CPPUNIT_ASSERT_EQUAL(1, consumeAll().curve);
        CPPUNIT_ASSERT_EQUAL(17.0, _node.dropped("unproven"));
    }

private:
    static constexpr std::uint64_t peerCount = 12;
    static constexpr std::size_t rounds = 8;

    struct Cost
    {
        std::size_t sent = 0;
        bool tookMemory = false;
        std::uint64_t mostLocks = 0; ///< of one packet
        int curve = 0;
        int lines = 0;
    };

    /// Hands over all that is in flight; what the second half of it cost.
    Cost consumeAll()
    {
        _world.deliver();
        const auto channel = std::make_shared<ForbiddenChannel>();
        const CountingRecovery recovery;
        const engine::Environment plain = _node.environment(observe::Log(channel, "discv4"));
        const engine::Environment environment{plain.clock,   plain.random, plain.local, plain.registry,
                                              plain.metrics, plain.log,    recovery};
        io::Ingress ingress(_node.engine(), environment, {});
        CountingSink sink;
        Cost cost;
        for (std::size_t i = 0; i < _flights.size(); ++i) {
            const Flight& flight = _flights[i];
            if (i == _flights.size() / 2) {
                sink.sent = 0;
                recovery.asked = 0;
                channel->lines = 0;
            }
            const LockCounter locks;
            bool tookMemory = false;
            {
                const FailingMemory memory(i < _flights.size() / 2 ? 1'000'000 : 0,
                                           FailingMemory::Fails::onwards);
                ingress.consume({flight.from, flight.to.ip, flight.bytes}, sink);
                tookMemory = memory.hasFailed();
            }
            if (i < _flights.size() / 2)
                continue;
            cost.tookMemory |= tookMemory;
            cost.mostLocks = std::max(cost.mostLocks, locks.taken());
        }
        cost.sent = sink.sent;
        cost.curve = recovery.asked;
        cost.lines = channel->lines;
        _flights.clear();
        return cost;
    }

    template <class Message>
    void post(Speaker& from, const Message& message)
    {
        const wire::Encoder encoder([&](const node::Hash256& digest) { return from.secret().sign(digest); });
        const auto packet = encoder.encode(message);
        from.raw(_here, {packet.bytes.begin(), packet.bytes.end()});
    }

    /// What was sent last, which nobody gets.
    Bytes take()
    {
        _world.deliver();
        Bytes bytes = _flights.back().bytes;
        _flights.clear();
        return bytes;
    }

    static Bytes hashed(Bytes bytes)
    {
        const auto hash = node::keccak256(ByteView(bytes).subspan(wire::hashSize));
        std::ranges::copy(hash, bytes.begin());
        return bytes;
    }

    World _world;
    node::Endpoint _here = at("127.0.0.1:30303");
    Node _node{_world, 1, _here};
    std::vector<std::unique_ptr<Speaker>> _peers;
    std::vector<Flight> _flights;
};

CPPUNIT_TEST_SUITE_REGISTRATION(HotPathTest);

} // namespace waymark::discv4::testing
