#include "SqliteFixture.h"

#include <waymark/contract/RegistryFixtures.h>
#include <waymark/testkit/TemporaryFolder.h>
#include <waymark/testkit/fault/FaultInjector.h>

#include <cppunit/extensions/HelperMacros.h>

#include <filesystem>
#include <memory>
#include <sqlite3.h>

namespace waymark::registry
{

using contract::apply;
using contract::outcomeOf;
using contract::PluginRun;
using contract::put;
using contract::testId;
using contract::testPeer;
using contract::testPeerAt;
using testkit::fault::FaultInjector;
using testkit::fault::Operation;

/// What becomes of the write-ahead log: while others read, when syncs fail, over several lives.
class SqliteLogTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(SqliteLogTest);
    CPPUNIT_TEST(staysShort);
    CPPUNIT_TEST(startsWhileAnotherProgramReads);
    CPPUNIT_TEST(keepsWhatWasHalfDoneForAReaderWhenASyncFails);
    CPPUNIT_TEST(closesWithoutItsLogOnlyWhatIsOnTheDisk);
    CPPUNIT_TEST(aStartThatFailsLeavesTheLog);
    CPPUNIT_TEST(comesBackWhenTheDatabaseCannotBeSyncedForLong);
    CPPUNIT_TEST_SUITE_END();

    struct Close
    {
        void operator()(sqlite3* connection) const noexcept { ::sqlite3_close(connection); }
    };
    using Reader = std::unique_ptr<sqlite3, Close>;
    static constexpr std::uint64_t peers = 300;
    static constexpr int longLog = 1'000; ///< pages

    testkit::TemporaryFolder _folder;
    FaultInjector _disk{_folder.path()};
    std::unique_ptr<PluginRun> _run;
    std::uint16_t _port = 0;

public:
    void setUp() override { start(); }
    void tearDown() override
    {
        _disk.mend();
        _run.reset();
    }

private:
    void start()
    {
        _run.reset();
        _run = std::make_unique<PluginRun>(makeSqlitePlugin(), PluginRun::Values{{"busy-timeout", "0ms"}},
                                           _folder.path());
        _run->start();
    }
    PeerRegistry& registry() { return *_run->service<PeerRegistry>(); }

    void cutPower()
    {
        _disk.cut();
        _run.reset();
        _disk.powerOn();
        start();
    }

    std::filesystem::path log() const { return _folder.path() / "registry.db-wal"; }
    std::uintmax_t pagesInLog() const { return std::filesystem::file_size(log()) / 4096; }

    Reader reader() const
    {
        sqlite3* connection = nullptr;
        ::sqlite3_open((_folder.path() / "registry.db").c_str(), &connection);
        Reader result(connection);
        CPPUNIT_ASSERT_EQUAL(SQLITE_OK, ::sqlite3_exec(connection, "BEGIN; SELECT count(*) FROM claims",
                                                       nullptr, nullptr, nullptr));
        return result;
    }

    void fill()
    {
        ChangeBatch all;
        for (std::uint64_t number = 1; number <= peers; ++number)
            all.emplace_back(put(testPeer(number)));
        CPPUNIT_ASSERT(apply(registry(), std::move(all)).has_value());
    }
    /// Changes one peer until the log has taken at least so many pages.
    void change(int pages)
    {
        constexpr int pagesOfAChange = 2;
        for (; pages > 0; pages -= pagesOfAChange)
            CPPUNIT_ASSERT(outcomeOf(registry(), put(testPeerAt(1, "10.0.0.1", ++_port))) ==
                           Outcome::updated);
    }
    void assertAllThere()
    {
        CPPUNIT_ASSERT_EQUAL(std::size_t{peers}, registry().size());
        for (std::uint64_t number = 1; number <= peers; ++number)
            CPPUNIT_ASSERT(registry().find(testId(number)).has_value());
    }

    void staysShort()
    {
        fill();
        change(4 * longLog);
        CPPUNIT_ASSERT_MESSAGE(std::to_string(pagesInLog()), pagesInLog() < 2 * longLog);
    }

    void startsWhileAnotherProgramReads()
    {
        fill();
        const auto reading = reader();
        change(10);
        start();
        assertAllThere();
        change(2 * longLog);
    }

    /// SQLite counts the pages that it brought into the database while somebody reads as done, without a
    /// sync.
    void keepsWhatWasHalfDoneForAReaderWhenASyncFails()
    {
        fill();
        auto reading = reader();
        change(longLog + 10);
        reading.reset();
        const auto before = _disk.activity().syncs;
        _disk.failAt({Operation::sync, "registry.db"}, 1);
        change(10);
        CPPUNIT_ASSERT(_disk.activity().syncs > before);
        change(3 * longLog);
        cutPower();
        assertAllThere();
    }

    /// The same when the daemon ends before it tries again; it may fail once more then.
    void closesWithoutItsLogOnlyWhatIsOnTheDisk()
    {
        fill();
        for (const std::uint64_t failures : {1U, 2U}) {
            auto reading = reader();
            change(longLog + 10);
            reading.reset();
            _disk.failAt({Operation::sync, "registry.db"}, failures);
            change(10);
            _run.reset();
            CPPUNIT_ASSERT_EQUAL(failures > 1, std::filesystem::exists(log()));
            start();
            change(2); // the new log's name, and that the old one is gone, are on the disk
            cutPower();
            assertAllThere();
        }
        _run.reset();
        CPPUNIT_ASSERT_MESSAGE("the log stays for ever", !std::filesystem::exists(log()));
        start();
        assertAllThere();
    }

    void aStartThatFailsLeavesTheLog()
    {
        fill();
        _disk.killOwners();
        _disk.fail(Operation::name);
        _run.reset();
        _disk.mend();
        const auto pages = pagesInLog();
        CPPUNIT_ASSERT(pages > 0);
        _disk.failAt({Operation::sync, "registry.db-wal"}, 1);
        CPPUNIT_ASSERT_THROW(start(), plugin::StartError);
        _run.reset();
        CPPUNIT_ASSERT_EQUAL(pages, pagesInLog());
        start();
        assertAllThere();
    }

    void comesBackWhenTheDatabaseCannotBeSyncedForLong()
    {
        fill();
        _disk.failAt({Operation::sync, "registry.db"});
        change(3 * longLog);
        CPPUNIT_ASSERT_MESSAGE(std::to_string(pagesInLog()), pagesInLog() > 2 * longLog);
        _disk.mend();
        change(2 * longLog);
        const auto pages = pagesInLog();
        change(longLog);
        CPPUNIT_ASSERT_EQUAL(pages, pagesInLog());
        cutPower();
        assertAllThere();
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(SqliteLogTest);

} // namespace waymark::registry
