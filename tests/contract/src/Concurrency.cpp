#include <waymark/contract/PeerRegistrySuite.h>

#include <array>
#include <atomic>
#include <latch>
#include <mutex>
#include <thread>

namespace waymark::contract
{

using registry::Outcome;

void PeerRegistrySuite::completesEveryRequestOnce()
{
    constexpr std::uint64_t threads = 4;
    constexpr std::uint64_t each = 150;
    std::array<std::atomic<int>, threads * each> completed{};
    std::atomic<bool> failed{false};
    std::latch done(threads * each);
    {
        std::vector<std::jthread> writers;
        for (std::uint64_t thread = 0; thread < threads; ++thread)
            writers.emplace_back([&, thread] {
                for (std::uint64_t i = thread * each; i < (thread + 1) * each; ++i)
                    registry().apply({put(testPeer(i))}, [&, i](const Result<registry::ApplyReport>& report) {
                        failed = failed || !report || report->outcomes.front() != Outcome::created;
                        ++completed[i];
                        done.count_down();
                    });
            });
    }
    done.wait();
    CPPUNIT_ASSERT(!failed);
    for (const auto& times : completed)
        CPPUNIT_ASSERT_EQUAL(1, times.load());
    CPPUNIT_ASSERT_EQUAL(std::size_t{threads * each}, registry().size());
}

void PeerRegistrySuite::serializesWritersOfOnePeer()
{
    // Of many who create and remove the same peer, as many must succeed at the one as at the other.
    std::atomic<int> created{0};
    std::atomic<int> removed{0};
    std::atomic<int> failed{0};
    const auto count = [&](registry::Change change, Outcome outcome, std::atomic<int>& counter) {
        const auto report = apply(registry(), {std::move(change)});
        failed += report ? 0 : 1;
        counter += report && report->outcomes.front() == outcome ? 1 : 0;
    };
    {
        std::vector<std::jthread> writers;
        for (int thread = 0; thread < 4; ++thread)
            writers.emplace_back([&] {
                for (int i = 0; i < 60; ++i) {
                    count(put(testPeer(1)), Outcome::created, created);
                    count(drop(1), Outcome::removed, removed);
                }
            });
    }
    CPPUNIT_ASSERT_EQUAL(0, failed.load());
    CPPUNIT_ASSERT(created > 0);
    CPPUNIT_ASSERT_EQUAL(created.load(), removed.load());
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, registry().size());
}

void PeerRegistrySuite::readersSeeOnlyWholePeers()
{
    // Each peer is at one of two places, told from each other by address and port together.
    constexpr std::uint64_t peers = 32;
    const auto place = [](std::uint64_t i, bool moved) {
        return moved ? testPeerAt(i, "8.8.8.8", 2000) : testPeerAt(i, "10.0.0.1", 1000);
    };
    for (std::uint64_t i = 0; i < peers; ++i)
        outcomeOf(registry(), put(place(i, false)));
    std::atomic<bool> over{false};
    std::atomic<bool> torn{false};
    std::array<std::atomic<std::uint64_t>, 2> looks{};
    const auto read = [&](std::size_t reader) {
        for (std::uint64_t i = reader; !over; i = (i + 1) % peers) {
            std::array<registry::ClosestPeer, 16> out;
            const auto answer = registry().closest({testKey(i).nodeId()}, out);
            bool whole = answer.count == 16 && out[0].key == testKey(i);
            for (const registry::ClosestPeer& near : out)
                whole =
                    whole && near.endpoint.udp ==
                                 (near.endpoint.ip.isV4() && near.endpoint.ip.bytes()[0] == 8 ? 2000 : 1000);
            const auto found = registry().find(testId(i));
            whole = whole && (found == place(i, false) || found == place(i, true));
            torn = torn || !whole;
            ++looks[reader];
        }
    };
    {
        std::jthread first([&] { read(0); });
        std::jthread second([&] { read(1); });
        for (int round = 0; round < 6; ++round) {
            for (std::uint64_t i = 0; i < peers; ++i)
                outcomeOf(registry(), put(place(i, round % 2 == 0)));
        }
        while (looks[0] == 0 || looks[1] == 0)
            std::this_thread::yield();
        over = true;
    }
    CPPUNIT_ASSERT(!torn);
}

void PeerRegistrySuite::refusesChangesOnceStopped()
{
    outcomeOf(registry(), put(testPeer(1)));
    backend().stop();
    const auto report = apply(registry(), {put(testPeer(2))});
    CPPUNIT_ASSERT(!report.has_value());
    CPPUNIT_ASSERT(report.error().code == ErrorCode::unavailable);
    const auto synced = sync(registry(), "api", {});
    CPPUNIT_ASSERT(!synced.has_value());
    CPPUNIT_ASSERT(registry().find(testId(1)).has_value());
    CPPUNIT_ASSERT(!registry().find(testId(2)).has_value());
    backend().stop();
}

} // namespace waymark::contract
