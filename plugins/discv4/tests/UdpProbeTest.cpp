#include "io/UdpProbe.h"

#include <waymark/testkit/ManualClock.h>
#include <waymark/testkit/SeededRandom.h>
#include <waymark/testkit/TestKeys.h>

#include <cppunit/extensions/HelperMacros.h>

#include <atomic>
#include <chrono>
#include <new>
#include <thread>

namespace waymark::discv4::testing
{

/// What the probe says when it cannot look; what it sees on real sockets is in tests/integration/discv4.
class UdpProbeTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(UdpProbeTest);
    CPPUNIT_TEST(doesNothingOnASimulatedNetwork);
    CPPUNIT_TEST(withoutAWayToTheWorkersItCannotTell);
    CPPUNIT_TEST(aSystemWithoutSocketsIsToldAtTheStart);
    CPPUNIT_TEST(refusedPingsAreNoMisses);
    CPPUNIT_TEST(aRoundThatThrowsIsNoMissAndNotTheLast);
    CPPUNIT_TEST(aRoundThatAskedNobodyIsNoMiss);
    CPPUNIT_TEST(silenceIsAFailure);
    CPPUNIT_TEST(answersOfAnotherKeyAreNone);
    CPPUNIT_TEST_SUITE_END();

    /// Lets through what a test wants.
    struct Client final : net::UdpClient
    {
        Result<void> refused;
        std::function<Bytes(ByteView)> answer;
        std::optional<Bytes> waiting;

        Result<void> send(ByteView payload) override
        {
            if (refused && answer)
                waiting = answer(payload);
            return refused;
        }
        std::optional<ByteView> receive(Duration) override
        {
            heard = std::exchange(waiting, std::nullopt).value_or(Bytes());
            return heard.empty() ? std::nullopt : std::optional<ByteView>(heard);
        }
        Bytes heard;
    };

    struct Sockets final : net::UdpSockets
    {
        std::function<Result<std::unique_ptr<net::UdpClient>>()> make;
        Result<std::shared_ptr<net::UdpTransport>> open(const net::UdpOptions&) override
        {
            return failure(ErrorCode::unavailable, "none");
        }
        Result<std::unique_ptr<net::UdpClient>> connect(const node::Endpoint& remote) override
        {
            return make ? make() : UdpSockets::connect(remote);
        }
    };

    struct NoDice final : Random
    {
        void fill(std::span<Byte>) override { CPPUNIT_FAIL("nobody may roll dice"); }
    };

    testkit::ManualClock _clock;
    testkit::SeededRandom _random;
    observe::MetricRegistry _metrics;
    io::OwnPings _pings;
    Sockets _sockets;
    Result<void> _started;

    std::unique_ptr<io::UdpProbe> probe(Random& random, Duration interval = std::chrono::milliseconds(10))
    {
        const io::UdpProbe::Target target{node::Endpoint::parse("127.0.0.1:30303").value(), 2,
                                          testkit::testKey(1).publicKey()};
        auto made = std::make_unique<io::UdpProbe>(
            io::UdpProbe::Environment{_sockets, _pings, _clock, random, _metrics}, target, interval);
        _started = made->start();
        return made;
    }

    /// What it says first that differs from `usual`.
    static observe::Health awaitTrouble(const io::UdpProbe& probe,
                                        observe::HealthStatus usual = observe::HealthStatus::ok)
    {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(100);
        for (;;) {
            auto seen = probe.health();
            if (seen.status != usual)
                return seen;
            CPPUNIT_ASSERT(std::chrono::steady_clock::now() < deadline);
            std::this_thread::yield();
        }
    }

    double missed(const char* worker) const
    {
        return _metrics
            .value("waymark_discv4_probes_total",
                   {{"listen", "127.0.0.1:30303"}, {"worker", worker}, {"result", "missed"}})
            .value();
    }

    void doesNothingOnASimulatedNetwork()
    {
        NoDice dice;
        const auto probed = probe(dice);
        CPPUNIT_ASSERT(probed->health().status == observe::HealthStatus::ok);
        probed->stop();
        probed->stop();
        CPPUNIT_ASSERT_EQUAL(0.0, missed("1"));
    }

    void aSystemWithoutSocketsIsToldAtTheStart()
    {
        _sockets.make = [] {
            return failure(ErrorCode::io, "Too many open files");
        };
        const auto probed = probe(_random);
        CPPUNIT_ASSERT(!_started);
        CPPUNIT_ASSERT_EQUAL(std::string("Too many open files"), _started.error().message);
    }

    void withoutAWayToTheWorkersItCannotTell()
    {
        _sockets.make = [] {
            return failure(ErrorCode::invalidArgument, "Network is unreachable");
        };
        const auto probed = probe(_random);
        CPPUNIT_ASSERT(_started);
        const auto health = awaitTrouble(*probed);
        CPPUNIT_ASSERT(health.status == observe::HealthStatus::degraded);
        CPPUNIT_ASSERT_EQUAL(std::string("its workers cannot be probed: Network is unreachable"),
                             health.reason);
        CPPUNIT_ASSERT_EQUAL(0.0, missed("1") + missed("2"));
    }

    void refusedPingsAreNoMisses()
    {
        _sockets.make = []() -> Result<std::unique_ptr<net::UdpClient>> {
            auto client = std::make_unique<Client>();
            client->refused = failure(ErrorCode::io, "Operation not permitted");
            return client;
        };
        const auto probed = probe(_random);
        const auto health = awaitTrouble(*probed);
        CPPUNIT_ASSERT(health.status == observe::HealthStatus::degraded);
        CPPUNIT_ASSERT(health.reason.ends_with("Operation not permitted"));
        CPPUNIT_ASSERT_EQUAL(0.0, missed("1") + missed("2"));
    }

    void aRoundThatThrowsIsNoMissAndNotTheLast()
    {
        std::atomic<bool> isShort = false;
        _sockets.make = [&isShort]() -> Result<std::unique_ptr<net::UdpClient>> {
            if (isShort)
                throw std::bad_alloc();
            return std::make_unique<Client>();
        };
        const auto probed = probe(_random, Duration::zero());
        isShort = true;
        probed->setInterval(std::chrono::milliseconds(10));
        const auto health = awaitTrouble(*probed);
        CPPUNIT_ASSERT(health.status == observe::HealthStatus::degraded);
        CPPUNIT_ASSERT_EQUAL(std::string("its workers cannot be probed: ") + std::bad_alloc().what(),
                             health.reason);
        CPPUNIT_ASSERT_EQUAL(0.0, missed("1") + missed("2"));
        isShort = false;
        awaitTrouble(*probed, observe::HealthStatus::degraded); // silence, but it can be told again
    }

    void aRoundThatAskedNobodyIsNoMiss()
    {
        _sockets.make = []() -> Result<std::unique_ptr<net::UdpClient>> {
            return std::make_unique<Client>();
        };
        // Over before anybody can be asked.
        const auto probed = probe(_random, std::chrono::nanoseconds(1));
        for (int i = 0; i < 2'000; ++i) {
            CPPUNIT_ASSERT(probed->health().status == observe::HealthStatus::ok);
            std::this_thread::yield();
        }
        probed->stop();
        CPPUNIT_ASSERT_EQUAL(0.0, missed("1") + missed("2"));
    }

    void silenceIsAFailure()
    {
        _sockets.make = []() -> Result<std::unique_ptr<net::UdpClient>> {
            return std::make_unique<Client>();
        };
        const auto probed = probe(_random);
        const auto health = awaitTrouble(*probed);
        CPPUNIT_ASSERT(health.status == observe::HealthStatus::failed);
        CPPUNIT_ASSERT(
            health.reason.starts_with("worker 1 of 2 on 127.0.0.1:30303 has not answered its own ping for "));
        CPPUNIT_ASSERT(health.reason.ends_with(" s, nor have 1 more"));
        CPPUNIT_ASSERT(missed("1") >= io::UdpProbe::toleratedMisses);
    }

    void answersOfAnotherKeyAreNone()
    {
        // Everything is right about them, but that somebody else answers.
        const auto imposter = std::make_shared<node::SecretKey>(testkit::testKey(7));
        const auto encoder = std::make_shared<wire::Encoder>(
            [imposter](const node::Hash256& digest) { return imposter->sign(digest); });
        _sockets.make = [this, encoder]() -> Result<std::unique_ptr<net::UdpClient>> {
            auto client = std::make_unique<Client>();
            client->answer = [this, encoder](ByteView payload) {
                wire::Pong pong{};
                std::ranges::copy(payload.first(32), pong.pingHash.begin());
                pong.expiration = _clock.unixSeconds() + 20;
                _pings.received(pong.pingHash, 0);
                const auto packet = encoder->encode(pong);
                return Bytes(packet.bytes.begin(), packet.bytes.end());
            };
            return client;
        };
        const auto probed = probe(_random);
        CPPUNIT_ASSERT(awaitTrouble(*probed).status == observe::HealthStatus::failed);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(UdpProbeTest);

} // namespace waymark::discv4::testing
