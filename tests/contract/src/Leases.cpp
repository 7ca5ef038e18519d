#include <waymark/contract/PeerRegistrySuite.h>

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <thread>

namespace waymark::contract
{

using namespace std::chrono_literals;
using registry::Outcome;
using registry::Peer;
using registry::PeerEvent;

namespace
{

/// Events as they come, from any thread.
class Events
{
public:
    explicit Events(registry::PeerRegistry& registry)
        : _subscription(registry.changes().subscribe([this](const PeerEvent& event) {
              const std::lock_guard lock(_mutex);
              _events.push_back(event);
              _came.notify_all();
          }))
    {
    }

    /// Until there are that many; fails the test after a minute.
    void await(std::size_t count)
    {
        std::unique_lock lock(_mutex);
        CPPUNIT_ASSERT_MESSAGE("too few events",
                               _came.wait_for(lock, 1min, [&] { return _events.size() >= count; }));
    }
    /// All so far, once there are that many.
    std::vector<PeerEvent> wait(std::size_t count)
    {
        await(count);
        const std::lock_guard lock(_mutex);
        return _events;
    }

private:
    std::mutex _mutex;
    std::condition_variable _came;
    std::vector<PeerEvent> _events;
    Subscription _subscription;
};

} // namespace

std::size_t PeerRegistrySuite::indexed()
{
    std::array<registry::ClosestPeer, 16> out;
    return registry().closest({testKey(1).nodeId()}, out).count;
}

void PeerRegistrySuite::tellsLeases()
{
    outcomeOf(registry(), putFor(30s, testPeer(1)));
    outcomeOf(registry(), put(testPeer(1), "file"));
    const auto claims = registry().claims(testId(1));
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, claims.size());
    CPPUNIT_ASSERT_EQUAL(std::string("api"), claims[0].origin);
    CPPUNIT_ASSERT(claims[0].lease.ttl == 30s);
    CPPUNIT_ASSERT(claims[0].lease.expiry == backend().clock().now() + 30s);
    CPPUNIT_ASSERT(claims[0].lease.end() == backend().clock().wallNow() + 30s);
    CPPUNIT_ASSERT(claims[1].lease.isForever() && !claims[1].lease.end());
    const auto page = registry().list(std::nullopt, 10);
    CPPUNIT_ASSERT((page.leases == std::vector<registry::Lease>{claims[0].lease}));
}

void PeerRegistrySuite::aClaimIsReadUntilItsLeaseIsOver()
{
    outcomeOf(registry(), putFor(10s, testPeer(1)));
    outcomeOf(registry(), put(testPeer(2)));
    pass(10s - 1ns);
    CPPUNIT_ASSERT(registry().find(testId(1)) == testPeer(1));
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, indexed());
    backend().clock().advance(1ns);
    CPPUNIT_ASSERT(!registry().find(testId(1)));
    CPPUNIT_ASSERT(registry().claims(testId(1)).empty());
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, registry().size());
    CPPUNIT_ASSERT(listAll(registry(), 1) == std::vector<Peer>{testPeer(2)});
    pass(1s);
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, indexed());
    CPPUNIT_ASSERT(outcomeOf(registry(), drop(1)) == Outcome::absent);
    CPPUNIT_ASSERT(outcomeOf(registry(), put(testPeer(1))) == Outcome::created);
}

void PeerRegistrySuite::anEndedLeaseMakesAnEvent()
{
    outcomeOf(registry(), putFor(10s, testPeer(1)));
    const auto before = registry().revision();
    Events events(registry());
    auto watch = registry().watch(before, {});
    pass(11s);
    const auto heard = events.wait(1);
    CPPUNIT_ASSERT(heard[0].kind == PeerEvent::Kind::removed && heard[0].cause == PeerEvent::Cause::expiry);
    CPPUNIT_ASSERT(heard[0].id == testId(1) && !heard[0].peer);
    CPPUNIT_ASSERT_EQUAL(before.number + 1, heard[0].revision.number);
    CPPUNIT_ASSERT(registry().revision() == heard[0].revision);
    const auto batch = takeAll(**watch);
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, batch.events.size());
    CPPUNIT_ASSERT(batch.events[0].cause == PeerEvent::Cause::expiry);
}

void PeerRegistrySuite::anEndedLeaseUncoversTheNextClaim()
{
    outcomeOf(registry(), putFor(10s, testPeerAt(1, "10.0.0.1")));
    outcomeOf(registry(), put(testPeerAt(1, "10.0.0.2"), "file"));
    Events events(registry());
    pass(11s);
    const auto heard = events.wait(1);
    CPPUNIT_ASSERT(heard[0].kind == PeerEvent::Kind::put && heard[0].cause == PeerEvent::Cause::expiry);
    CPPUNIT_ASSERT(heard[0].peer == testPeerAt(1, "10.0.0.2"));
    CPPUNIT_ASSERT(registry().find(testId(1)) == testPeerAt(1, "10.0.0.2"));
    std::array<registry::ClosestPeer, 2> out;
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, registry().closest({testKey(1).nodeId()}, out).count);
    CPPUNIT_ASSERT_EQUAL(std::string("10.0.0.2"), out[0].endpoint.ip.toString());
}

void PeerRegistrySuite::anEndedCoveredLeaseMakesNoEvent()
{
    outcomeOf(registry(), put(testPeerAt(1, "10.0.0.1")));
    outcomeOf(registry(), putFor(10s, testPeerAt(1, "10.0.0.2"), "file"));
    const auto before = registry().revision();
    pass(11s);
    CPPUNIT_ASSERT(originsOf(registry(), testId(1)) == std::vector<std::string>{"api"});
    CPPUNIT_ASSERT(outcomeOf(registry(), drop(1, "file")) == Outcome::absent);
    CPPUNIT_ASSERT(registry().revision() == before);
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, indexed());
}

void PeerRegistrySuite::renewalsMakeNoRevision()
{
    outcomeOf(registry(), putFor(10s, testPeer(1)));
    const auto before = registry().revision();
    const auto report = apply(registry(), {renew(1), renew(1, 20s), renew(1, 0s), renew(1)});
    CPPUNIT_ASSERT((report->outcomes ==
                    std::vector{Outcome::renewed, Outcome::renewed, Outcome::renewed, Outcome::unchanged}));
    CPPUNIT_ASSERT(report->revision == before && registry().revision() == before);
    CPPUNIT_ASSERT(registry().claims(testId(1)).front().lease.isForever());
    CPPUNIT_ASSERT(outcomeOf(registry(), renew(1, 5s)) == Outcome::renewed);
    CPPUNIT_ASSERT(registry().claims(testId(1)).front().lease.ttl == 5s);
}

void PeerRegistrySuite::aRenewedLeaseLastsLonger()
{
    outcomeOf(registry(), putFor(10s, testPeer(1)));
    outcomeOf(registry(), putFor(10s, testPeer(2)));
    outcomeOf(registry(), putFor(10s, testPeer(3)));
    pass(9s);
    CPPUNIT_ASSERT(outcomeOf(registry(), renew(1)) == Outcome::renewed);
    CPPUNIT_ASSERT(outcomeOf(registry(), renew(2, 0s)) == Outcome::renewed);
    Events events(registry());
    pass(9s);
    CPPUNIT_ASSERT(events.wait(1)[0].id == testId(3));
    CPPUNIT_ASSERT(registry().find(testId(1)) && registry().find(testId(2)) && !registry().find(testId(3)));
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, indexed());
    pass(2s);
    CPPUNIT_ASSERT(events.wait(2)[1].id == testId(1));
    pass(24h);
    CPPUNIT_ASSERT(registry().find(testId(2)).has_value());
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, indexed());
}

void PeerRegistrySuite::renewsOnlyWhatIsThere()
{
    CPPUNIT_ASSERT(outcomeOf(registry(), renew(1, 10s)) == Outcome::absent);
    outcomeOf(registry(), putFor(10s, testPeer(1)));
    CPPUNIT_ASSERT(outcomeOf(registry(), renew(1, 10s, "file")) == Outcome::absent);
    outcomeOf(registry(), put(testPeer(2)));
    CPPUNIT_ASSERT(outcomeOf(registry(), renew(2)) == Outcome::unchanged);
    CPPUNIT_ASSERT(registry().claims(testId(2)).front().lease.isForever());
    // Over, whether or not somebody has noticed.
    backend().clock().advance(10s);
    CPPUNIT_ASSERT(outcomeOf(registry(), renew(1, 10s)) == Outcome::absent);
    CPPUNIT_ASSERT(!registry().find(testId(1)));
}

void PeerRegistrySuite::puttingTheSameAgainRenews()
{
    outcomeOf(registry(), putFor(10s, testPeerWithEnr(1, 5)));
    const auto before = registry().revision();
    pass(9s);
    CPPUNIT_ASSERT(outcomeOf(registry(), putFor(10s, testPeerWithEnr(1, 5))) == Outcome::renewed);
    CPPUNIT_ASSERT(outcomeOf(registry(), putFor(100s, testPeerWithEnr(1, 4))) == Outcome::stale);
    CPPUNIT_ASSERT(registry().revision() == before);
    pass(9s);
    CPPUNIT_ASSERT(registry().find(testId(1)).has_value());
    CPPUNIT_ASSERT(outcomeOf(registry(), putFor(10s, testPeer(1))) == Outcome::updated);
    pass(9s);
    CPPUNIT_ASSERT(registry().find(testId(1)).has_value());
    CPPUNIT_ASSERT(outcomeOf(registry(), put(testPeer(1))) == Outcome::renewed);
    CPPUNIT_ASSERT(outcomeOf(registry(), put(testPeer(1))) == Outcome::unchanged);
    pass(1h);
    CPPUNIT_ASSERT(registry().find(testId(1)).has_value());
}

void PeerRegistrySuite::refusesTtlsOutOfRange()
{
    outcomeOf(registry(), put(testPeer(1)));
    for (const Duration ttl : {Duration(-1), Duration(1), Duration(1s) - 1ns, registry::maximumTtl + 1ns,
                               Duration::max(), Duration::min()}) {
        for (const registry::Change& change :
             {registry::Change(putFor(ttl, testPeer(2))), registry::Change(renew(1, ttl))}) {
            const auto refused = apply(registry(), {change});
            CPPUNIT_ASSERT(!refused.has_value());
            CPPUNIT_ASSERT(refused.error().code == ErrorCode::invalidArgument);
            CPPUNIT_ASSERT(refused.error().message.find("ttl") != std::string::npos);
        }
    }
    CPPUNIT_ASSERT(outcomeOf(registry(), putFor(registry::minimumTtl, testPeer(2))) == Outcome::created);
    CPPUNIT_ASSERT(outcomeOf(registry(), renew(2, registry::maximumTtl)) == Outcome::renewed);
}

void PeerRegistrySuite::aWallClockThatIsSetEndsNoLease()
{
    outcomeOf(registry(), putFor(10s, testPeer(1)));
    backend().clock().setWall(24h * 365);
    pass(9s);
    CPPUNIT_ASSERT(registry().find(testId(1)).has_value());
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, indexed());
    backend().clock().setWall(-24h * 365 * 2);
    pass(2s);
    CPPUNIT_ASSERT(!registry().find(testId(1)));
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, indexed());
}

void PeerRegistrySuite::syncedPeersHaveNoLease()
{
    outcomeOf(registry(), putFor(10s, testPeer(1), "file"));
    outcomeOf(registry(), putFor(10s, testPeer(2), "file"));
    outcomeOf(registry(), putFor(10s, testPeer(3), "file"));
    backend().clock().advance(5s);
    outcomeOf(registry(), renew(3, 5s, "file"));
    backend().clock().advance(5s);
    // All of them are over: the first comes as a new one, and nobody is left to be removed.
    const auto report = sync(registry(), "file", {testPeer(1)});
    CPPUNIT_ASSERT(report->outcomes == std::vector{Outcome::created});
    CPPUNIT_ASSERT(registry().claims(testId(1)).front().lease.isForever());
    outcomeOf(registry(), putFor(10s, testPeer(4), "file"));
    CPPUNIT_ASSERT((sync(registry(), "file", {testPeer(1), testPeer(4)})->outcomes ==
                    std::vector{Outcome::unchanged, Outcome::renewed}));
    pass(1h);
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, registry().size());
}

void PeerRegistrySuite::anEndedLeaseLeavesATombstone()
{
    outcomeOf(registry(), putFor(10s, testPeerWithEnr(1, 5)));
    Events events(registry());
    pass(11s);
    events.wait(1);
    CPPUNIT_ASSERT(outcomeOf(registry(), put(testPeerWithEnr(1, 4))) == Outcome::stale);
    CPPUNIT_ASSERT(outcomeOf(registry(), putFor(10s, testPeerWithEnr(1, 5))) == Outcome::created);
    // Also where nobody has noticed yet that it is over.
    backend().clock().advance(10s);
    CPPUNIT_ASSERT(outcomeOf(registry(), put(testPeerWithEnr(1, 4))) == Outcome::stale);
}

void PeerRegistrySuite::tenThousandLeasesEndAtOnce()
{
    constexpr std::uint64_t peers = 10'000;
    registry::ChangeBatch batch;
    for (std::uint64_t number = 0; number < peers; ++number) {
        auto id = node::PeerId::parse("addr:peer-" + std::to_string(number)).value();
        batch.push_back(putFor(10s, Peer{std::move(id), {}, std::nullopt, {}}));
    }
    for (std::uint64_t number = 1; number <= 20; ++number)
        batch.push_back(putFor(10s, testPeer(number)));
    outcomeOf(registry(), put(testPeer(100)));
    CPPUNIT_ASSERT(apply(registry(), std::move(batch)).has_value());
    Events events(registry());
    pass(10s);
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, registry().size());
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, indexed());
    pass(1s);
    const auto heard = events.wait(peers + 20);
    CPPUNIT_ASSERT_EQUAL(std::size_t{peers + 20}, heard.size());
    for (std::size_t i = 1; i < heard.size(); ++i)
        CPPUNIT_ASSERT_EQUAL(heard[i - 1].revision.number + 1, heard[i].revision.number);
    CPPUNIT_ASSERT(listAll(registry()) == std::vector<Peer>{testPeer(100)});
}

void PeerRegistrySuite::leasesEndWhileOthersChangeThem()
{
    constexpr std::uint64_t peers = 8;
    std::atomic<std::size_t> applied{0};
    std::atomic<std::size_t> refused{0};
    std::vector<std::jthread> threads;
    for (std::uint64_t thread = 0; thread < 3; ++thread) {
        threads.emplace_back([this, thread, &applied, &refused](const std::stop_token& stopping) {
            const std::string origin = "origin-" + std::to_string(thread % 2);
            for (std::uint64_t step = thread; !stopping.stop_requested(); ++step) {
                const std::uint64_t peer = 1 + step * 5 % peers;
                const Duration ttl = std::chrono::seconds(1 + step % 3);
                const char* const ip = step / peers % 2 == 0 ? "10.0.0.1" : "10.0.0.2";
                const auto report = apply(registry(), {putFor(ttl, testPeerAt(peer, ip), origin),
                                                       renew(peer, std::nullopt, origin),
                                                       renew(1 + step % peers, ttl, origin)});
                if (!report)
                    ++refused;
                ++applied;
                applied.notify_one();
            }
        });
    }
    Events events(registry());
    for (int step = 0; step < 60; ++step) {
        pass(500ms);
        const std::size_t before = applied;
        for (std::size_t now = before; now < before + 3; now = applied)
            applied.wait(now);
        CPPUNIT_ASSERT(indexed() <= peers);
    }
    for (std::jthread& thread : threads) // one may be at work for the others
        thread.request_stop();
    threads.clear();
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, refused.load());
    pass(4s);
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, registry().size());
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, indexed());
    for (std::uint64_t peer = 1; peer <= peers; ++peer)
        CPPUNIT_ASSERT(outcomeOf(registry(), put(testPeer(peer))) == Outcome::created);
    const auto heard = events.wait(1);
    for (std::size_t i = 1; i < heard.size(); ++i)
        CPPUNIT_ASSERT_EQUAL(heard[i - 1].revision.number + 1, heard[i].revision.number);
    CPPUNIT_ASSERT_EQUAL(std::size_t{peers}, indexed());
}

} // namespace waymark::contract
