#include "RegistryHistory.h"
#include "SqliteFixture.h"

#include <waymark/contract/RegistryFixtures.h>
#include <waymark/testkit/TemporaryFolder.h>
#include <waymark/testkit/fault/FaultInjector.h>

#include <cppunit/extensions/HelperMacros.h>

#include <array>
#include <functional>
#include <future>

namespace waymark::registry
{

using contract::apply;
using contract::drop;
using contract::outcomeOf;
using contract::PluginRun;
using contract::put;
using contract::testId;
using contract::testPeer;
using testkit::fault::FaultInjector;
using testkit::fault::Operation;

/// A disk that fails while the registry runs: what was acknowledged stays, what was refused did not happen
/// and is told why, readers notice nothing, and when the fault goes so does the trouble.
class SqliteFaultsTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(SqliteFaultsTest);
    CPPUNIT_TEST(aFullDiskRefusesUntilThereIsRoom);
    CPPUNIT_TEST(aFullDiskRefusesOnceItsRoomIsUsed);
    CPPUNIT_TEST(aFailingWriteRefuses);
    CPPUNIT_TEST(aFailingSyncRefuses);
    CPPUNIT_TEST(aLockedDatabaseRefuses);
    CPPUNIT_TEST(aReadOnlyDiskRefuses);
    CPPUNIT_TEST(requestsWaitForASlowSyncAndReadersDoNot);
    CPPUNIT_TEST(aFullQueueRefusesAtOnceWhileTheDiskIsSlow);
    CPPUNIT_TEST(whatAFailedSyncRefusedDoesNotComeBack);
    CPPUNIT_TEST(nothingIsBuiltUponALogThatIsNotOnTheDisk);
    CPPUNIT_TEST(faultsThatComeAndGoLoseNothing);
    CPPUNIT_TEST(aDiskThatFailsAtTheStartIsAnError);
    CPPUNIT_TEST_SUITE_END();

    std::unique_ptr<testkit::TemporaryFolder> _folder;
    std::unique_ptr<FaultInjector> _disk;
    std::unique_ptr<PluginRun> _run;

public:
    void setUp() override
    {
        _folder = std::make_unique<testkit::TemporaryFolder>();
        _disk = std::make_unique<FaultInjector>(_folder->path());
        start();
    }
    void tearDown() override
    {
        _disk->mend();
        _run.reset();
        _disk.reset();
    }

private:
    void start(const std::string& queue = "4096")
    {
        _run.reset();
        _run = std::make_unique<PluginRun>(makeSqlitePlugin(),
                                           PluginRun::Values{{"busy-timeout", "0ms"}, {"queue", queue}},
                                           _folder->path());
        _run->start();
    }
    PeerRegistry& registry() { return *_run->service<PeerRegistry>(); }

    void assertHealth(observe::HealthStatus status, const std::string& words)
    {
        const auto health = _run->plugin().health();
        CPPUNIT_ASSERT_MESSAGE(health.reason, health.status == status);
        CPPUNIT_ASSERT_MESSAGE(health.reason, health.reason.find(words) != std::string::npos);
    }

    void assertReadersAnswer(std::size_t peers)
    {
        CPPUNIT_ASSERT_EQUAL(peers, registry().size());
        CPPUNIT_ASSERT_EQUAL(peers, contract::listAll(registry()).size());
        std::array<ClosestPeer, 16> near{};
        CPPUNIT_ASSERT_EQUAL(peers, registry().closest({.target = {}}, near).count);
        CPPUNIT_ASSERT(registry().find(testId(1)).has_value());
    }

    /// While a fault is on: refused, again and again, with words; then well again, also after a restart.
    void assertOnlyChangesStop(const std::function<void()>& breakIt, ErrorCode code, const std::string& words)
    {
        CPPUNIT_ASSERT(outcomeOf(registry(), put(testPeer(1))) == Outcome::created);
        CPPUNIT_ASSERT(outcomeOf(registry(), put(testPeer(2))) == Outcome::created);
        const Revision before = registry().revision();
        breakIt();
        for (int i = 0; i < 3; ++i) {
            const auto refused = apply(registry(), {put(testPeer(3)), drop(1)});
            CPPUNIT_ASSERT(!refused.has_value());
            CPPUNIT_ASSERT_MESSAGE(refused.error().message, refused.error().code == code);
            CPPUNIT_ASSERT_MESSAGE(refused.error().message,
                                   refused.error().message.find(words) != std::string::npos);
            CPPUNIT_ASSERT_MESSAGE(refused.error().message,
                                   refused.error().message.find("registry.db") != std::string::npos);
            assertReadersAnswer(2);
            CPPUNIT_ASSERT(registry().revision() == before);
            assertHealth(observe::HealthStatus::degraded, words);
        }
        _disk->mend();
        CPPUNIT_ASSERT(outcomeOf(registry(), put(testPeer(4))) == Outcome::created);
        assertHealth(observe::HealthStatus::ok, "");
        assertReadersAnswer(3);
        start();
        assertReadersAnswer(3);
        CPPUNIT_ASSERT(!registry().find(testId(3)).has_value());
    }

    void aFullDiskRefusesUntilThereIsRoom()
    {
        assertOnlyChangesStop([this] { _disk->fillDisk(); }, ErrorCode::unavailable, "the disk is full");
    }

    void aFullDiskRefusesOnceItsRoomIsUsed()
    {
        _disk->fillDisk(100'000);
        std::uint64_t registered = 0;
        Result<ApplyReport> answer = apply(registry(), {put(testPeer(registered))});
        while (answer.has_value() && registered < 1'000)
            answer = apply(registry(), {put(testPeer(++registered))});
        CPPUNIT_ASSERT(registered > 2 && registered < 1'000);
        CPPUNIT_ASSERT_EQUAL(static_cast<std::size_t>(registered), registry().size());
        _disk->mend();
        start();
        CPPUNIT_ASSERT_EQUAL(static_cast<std::size_t>(registered), registry().size());
    }

    void aFailingWriteRefuses()
    {
        assertOnlyChangesStop([this] { _disk->fail(Operation::write); }, ErrorCode::io, "writing failed");
    }
    void aFailingSyncRefuses()
    {
        assertOnlyChangesStop([this] { _disk->fail(Operation::sync); }, ErrorCode::io, "writing failed");
    }
    void aLockedDatabaseRefuses()
    {
        assertOnlyChangesStop([this] { _disk->keepLocked(); }, ErrorCode::unavailable,
                              "another program keeps the database locked");
    }
    void aReadOnlyDiskRefuses()
    {
        assertOnlyChangesStop([this] { _disk->makeReadOnly(); }, ErrorCode::io, "registry.db");
    }

    void requestsWaitForASlowSyncAndReadersDoNot()
    {
        outcomeOf(registry(), put(testPeer(1)));
        _disk->holdSyncs();
        auto slow = std::async(std::launch::async, [&] { return outcomeOf(registry(), put(testPeer(2))); });
        CPPUNIT_ASSERT(_disk->awaitHeldSync());
        auto next = std::async(std::launch::async, [&] { return outcomeOf(registry(), put(testPeer(3))); });
        // Not yet durable, so nobody sees it; nothing is wrong either.
        assertReadersAnswer(1);
        assertHealth(observe::HealthStatus::ok, "");
        CPPUNIT_ASSERT(slow.wait_for(std::chrono::seconds(0)) == std::future_status::timeout);
        _disk->releaseSyncs();
        CPPUNIT_ASSERT(slow.get() == Outcome::created);
        CPPUNIT_ASSERT(next.get() == Outcome::created);
        assertReadersAnswer(3);
    }

    void aFullQueueRefusesAtOnceWhileTheDiskIsSlow()
    {
        start("10");
        outcomeOf(registry(), put(testPeer(1)));
        _disk->holdSyncs();
        auto slow = std::async(std::launch::async, [&] { return outcomeOf(registry(), put(testPeer(2))); });
        CPPUNIT_ASSERT(_disk->awaitHeldSync());
        std::vector<std::promise<Result<ApplyReport>>> waiting(11);
        for (std::uint64_t i = 0; i < waiting.size(); ++i)
            registry().apply({put(testPeer(10 + i))},
                             [&waiting, i](auto report) { waiting[i].set_value(std::move(report)); });
        auto refused = waiting.back().get_future();
        CPPUNIT_ASSERT(refused.wait_for(std::chrono::seconds(0)) == std::future_status::ready);
        const auto answer = refused.get();
        CPPUNIT_ASSERT(!answer.has_value() && answer.error().code == ErrorCode::busy);
        assertReadersAnswer(1);
        _disk->releaseSyncs();
        CPPUNIT_ASSERT(slow.get() == Outcome::created);
        for (std::size_t i = 0; i + 1 < waiting.size(); ++i)
            CPPUNIT_ASSERT(waiting[i].get_future().get().has_value());
        assertReadersAnswer(12);
    }

    /// Also when the process is killed right after the refusal: opens a copy of the files as they are.
    void whatAFailedSyncRefusedDoesNotComeBack()
    {
        outcomeOf(registry(), put(testPeer(1)));
        _disk->fail(Operation::sync, 1);
        CPPUNIT_ASSERT(!apply(registry(), {put(testPeer(2))}).has_value());
        const testkit::TemporaryFolder copy;
        for (const char* name : {"registry.db", "registry.db-wal"}) {
            if (std::filesystem::exists(_folder->path() / name))
                std::filesystem::copy_file(_folder->path() / name, copy.path() / name);
        }
        PluginRun killed(makeSqlitePlugin(), {}, copy.path());
        killed.start();
        const auto& found = *killed.service<PeerRegistry>();
        CPPUNIT_ASSERT(found.find(testId(1)).has_value());
        CPPUNIT_ASSERT_MESSAGE("refused, and there after a restart", !found.find(testId(2)).has_value());
    }

    void breakAtRandom(std::mt19937_64& random)
    {
        switch (random() % 8) {
        case 0:
            return _disk->fillDisk(random() % 20'000);
        case 1:
            return _disk->fail(Operation::write, 1 + random() % 5);
        case 2:
            return _disk->fail(Operation::sync, 1 + random() % 5);
        case 3:
            return _disk->fail(Operation::read, 1 + random() % 5);
        case 4:
            // A disk that fails lets nobody lock anything.
            _disk->mend();
            return _disk->keepLocked();
        case 5:
            return _disk->makeReadOnly();
        default:
            return _disk->mend();
        }
    }

    void nothingIsBuiltUponALogThatIsNotOnTheDisk()
    {
        _disk->fail(Operation::sync);
        CPPUNIT_ASSERT(!apply(registry(), {put(testPeer(1))}).has_value());
        _disk->killOwners();
        _disk->mend();
        start();
        CPPUNIT_ASSERT(outcomeOf(registry(), put(testPeer(2))) == Outcome::created);
        _disk->cut();
        _run.reset();
        _disk->powerOn();
        start();
        CPPUNIT_ASSERT(registry().find(testId(2)).has_value());
    }

    void faultsThatComeAndGoLoseNothing()
    {
        std::size_t acknowledged = 0;
        std::string refusal;
        for (std::uint64_t seed = 1; seed <= 10; ++seed) {
            setUpAnew();
            std::mt19937_64 random(seed);
            RegistryHistory history(seed);
            for (int restart = 0; restart < 3; ++restart) {
                for (int i = 0; i < 60; ++i) {
                    breakAtRandom(random);
                    for (std::uint64_t burst = 1 + random() % 8; burst > 0; --burst)
                        history.request(registry());
                    history.await();
                }
                acknowledged += history.acknowledged();
                refusal = history.lastRefusal();
                _disk->mend();
                start();
                const auto problem = history.judge(registry(), RegistryHistory::Refused::didNotHappen);
                CPPUNIT_ASSERT_MESSAGE("seed " + std::to_string(seed) + ": " + problem.value_or(""),
                                       !problem);
            }
        }
        CPPUNIT_ASSERT_MESSAGE(std::to_string(acknowledged), acknowledged > 500);
        CPPUNIT_ASSERT(!refusal.empty());
    }

    void setUpAnew()
    {
        tearDown();
        setUp();
    }

    void aDiskThatFailsAtTheStartIsAnError()
    {
        outcomeOf(registry(), put(testPeer(1)));
        const auto refuses = [this](const std::function<void()>& breakIt) {
            _run.reset();
            breakIt();
            CPPUNIT_ASSERT_THROW(start(), plugin::StartError);
            _run.reset();
            _disk->mend();
            start();
            assertReadersAnswer(1);
        };
        refuses([this] { _disk->fail(Operation::read); });
        refuses([this] { _disk->makeReadOnly(); });
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(SqliteFaultsTest);

} // namespace waymark::registry
