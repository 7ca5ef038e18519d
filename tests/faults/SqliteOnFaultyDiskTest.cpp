#include <waymark/testkit/TemporaryFolder.h>
#include <waymark/testkit/fault/FaultInjector.h>

#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>
#include <optional>
#include <sqlite3.h>
#include <stdexcept>
#include <string>

namespace waymark::testkit::fault
{

namespace
{

/// A connection that is closed at its end.
class Connection
{
public:
    explicit Connection(const std::filesystem::path& file)
    {
        if (const int code = ::sqlite3_open(file.c_str(), &_handle); code != SQLITE_OK) {
            ::sqlite3_close(_handle);
            throw std::runtime_error(::sqlite3_errstr(code));
        }
    }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection() { ::sqlite3_close(_handle); }

    /// An extended result code.
    int run(const std::string& sql)
    {
        ::sqlite3_exec(_handle, sql.c_str(), nullptr, nullptr, nullptr);
        return ::sqlite3_extended_errcode(_handle);
    }
    int number(const std::string& sql)
    {
        int value = -1;
        const auto take = [](void* to, int, char** columns, char**) {
            *static_cast<int*>(to) = columns[0] == nullptr ? -1 : std::stoi(columns[0]);
            return 0;
        };
        ::sqlite3_exec(_handle, sql.c_str(), take, &value, nullptr);
        return value;
    }

private:
    sqlite3* _handle = nullptr;
};

} // namespace

/// SQLite itself on the disk of the testkit, in its modes of journal and syncing.
class SqliteOnFaultyDiskTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(SqliteOnFaultyDiskTest);
    CPPUNIT_TEST(keepsCommitsThatWereSynced);
    CPPUNIT_TEST(losesCommitsThatWereNot);
    CPPUNIT_TEST(isWholeAfterACutAnywhere);
    CPPUNIT_TEST(keepsCommitsInALogThatAKilledProcessMade);
    CPPUNIT_TEST(saysWhatIsWrong);
    CPPUNIT_TEST(overridesPragmas);
    CPPUNIT_TEST(needsItsFilesClosedBeforePowerComesBack);
    CPPUNIT_TEST(leavesOtherDatabasesAlone);
    CPPUNIT_TEST_SUITE_END();

    static constexpr const char* walFull = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL";
    static constexpr const char* walOff = "PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF";
    static constexpr const char* rollbackExtra = "PRAGMA journal_mode = DELETE; PRAGMA synchronous = EXTRA";
    static constexpr const char* rollbackOff = "PRAGMA journal_mode = DELETE; PRAGMA synchronous = OFF";

    static std::filesystem::path database(const TemporaryFolder& folder) { return folder.path() / "a.db"; }

    /// Commits 1 to `count` until the power goes; the last that was acknowledged.
    static int work(const std::filesystem::path& file, const std::string& mode, int count)
    {
        int acknowledged = 0;
        try {
            Connection connection(file);
            connection.run(mode);
            connection.run("CREATE TABLE t (n INTEGER PRIMARY KEY, pad BLOB)");
            for (int i = 1; i <= count; ++i) {
                const std::string sql = "BEGIN; INSERT INTO t VALUES (" + std::to_string(i) +
                                        ", zeroblob(3000)); INSERT INTO t VALUES (-" + std::to_string(i) +
                                        ", zeroblob(3000)); COMMIT";
                if (connection.run(sql) != SQLITE_OK)
                    break;
                acknowledged = i;
                if (i == count / 2)
                    connection.run("PRAGMA wal_checkpoint(RESTART)");
            }
        } catch (const std::runtime_error&) { // NOLINT(bugprone-empty-catch)
            // The power went while it was opened.
        }
        return acknowledged;
    }

    /// What is wrong with what is found after a cut; nothing when all is well.
    static std::optional<std::string> problem(const std::filesystem::path& file, int acknowledged)
    {
        Connection connection(file);
        if (connection.run("PRAGMA integrity_check") != SQLITE_OK)
            return "is damaged";
        const int found = connection.number("SELECT count(*) FROM t WHERE n > 0");
        // Without the table nothing was found, and that is right when nothing was acknowledged.
        if (std::max(found, 0) < acknowledged)
            return std::to_string(found) + " are left of " + std::to_string(acknowledged);
        if (found > 0 && connection.number("SELECT count(*) FROM t WHERE n < 0") != found)
            return "a transaction is there in part";
        return std::nullopt;
    }

    static std::optional<std::string> problemAfterCutAtEnd(const std::string& mode)
    {
        const TemporaryFolder folder;
        FaultInjector disk(folder.path());
        int acknowledged = 0;
        {
            Connection connection(database(folder));
            acknowledged = work(database(folder), mode, 10);
            disk.cut();
        }
        disk.powerOn();
        CPPUNIT_ASSERT_EQUAL(10, acknowledged);
        return problem(database(folder), acknowledged);
    }

    void keepsCommitsThatWereSynced()
    {
        for (const char* mode : {walFull, rollbackExtra}) {
            const auto wrong = problemAfterCutAtEnd(mode);
            CPPUNIT_ASSERT_MESSAGE(mode + wrong.value_or(""), !wrong);
        }
    }

    void losesCommitsThatWereNot()
    {
        for (const char* mode : {walOff, rollbackOff})
            CPPUNIT_ASSERT_MESSAGE(mode, problemAfterCutAtEnd(mode).has_value());
    }

    void isWholeAfterACutAnywhere()
    {
        int cuts = 0;
        for (const char* mode : {walFull, rollbackExtra}) {
            for (std::uint64_t seed = 0; seed < 3; ++seed) {
                bool finished = false;
                for (std::uint64_t changes = 0; !finished; ++changes, ++cuts) {
                    const TemporaryFolder folder;
                    FaultInjector disk(folder.path());
                    seed == 0 ? disk.cutAfter(changes) : disk.cutTornAfter(changes, seed * 1000 + changes);
                    const int acknowledged = work(database(folder), mode, 8);
                    finished = !disk.isCut();
                    disk.cut();
                    disk.powerOn();
                    const auto wrong = problem(database(folder), acknowledged);
                    CPPUNIT_ASSERT_MESSAGE(std::string(mode) + ", seed " + std::to_string(seed) + ", after " +
                                               std::to_string(changes) + " changes: " + wrong.value_or(""),
                                           !wrong);
                }
            }
        }
        CPPUNIT_ASSERT_MESSAGE(std::to_string(cuts), cuts > 300);
    }

    /// SQLite syncs the folder with the first sync of a log, also when the log was there before.
    void keepsCommitsInALogThatAKilledProcessMade()
    {
        const TemporaryFolder folder;
        FaultInjector disk(folder.path());
        CPPUNIT_ASSERT_EQUAL(10, work(database(folder), walFull, 10)); // and removes its log at its end
        {
            Connection killed(database(folder));
            CPPUNIT_ASSERT_EQUAL(10, killed.number("SELECT count(*) FROM t WHERE n > 0"));
            CPPUNIT_ASSERT(std::filesystem::exists(database(folder).string() + "-wal"));
            disk.killOwners();
            disk.fail(Operation::name); // nor may it remove the log
        }
        disk.mend();
        {
            Connection connection(database(folder));
            connection.run(walFull);
            CPPUNIT_ASSERT_EQUAL(SQLITE_OK, connection.run("INSERT INTO t VALUES (11, 0), (-11, 0)"));
            disk.cut();
        }
        disk.powerOn();
        const auto wrong = problem(database(folder), 11);
        CPPUNIT_ASSERT_MESSAGE(wrong.value_or(""), !wrong);
    }

    void saysWhatIsWrong()
    {
        const TemporaryFolder folder;
        FaultInjector disk(folder.path());
        Connection connection(database(folder));
        connection.run(walFull);
        connection.run("CREATE TABLE t (n)");
        const std::string insert = "INSERT INTO t VALUES (1)";
        CPPUNIT_ASSERT_EQUAL(SQLITE_OK, connection.run(insert));
        disk.fillDisk();
        CPPUNIT_ASSERT_EQUAL(SQLITE_FULL, connection.run(insert));
        disk.mend();
        disk.fail(Operation::write, 1);
        CPPUNIT_ASSERT_EQUAL(SQLITE_IOERR_WRITE, connection.run(insert));
        disk.fail(Operation::sync, 1);
        CPPUNIT_ASSERT_EQUAL(SQLITE_IOERR_FSYNC, connection.run(insert));
        disk.keepLocked();
        CPPUNIT_ASSERT_EQUAL(SQLITE_BUSY, connection.run(insert));
        CPPUNIT_ASSERT_EQUAL(1, connection.number("SELECT count(*) FROM t"));
        disk.mend();
        disk.makeReadOnly();
        CPPUNIT_ASSERT_EQUAL(SQLITE_IOERR_WRITE, connection.run(insert));
        CPPUNIT_ASSERT_EQUAL(1, connection.number("SELECT count(*) FROM t"));
        disk.mend();
        CPPUNIT_ASSERT_EQUAL(SQLITE_OK, connection.run(insert));
        CPPUNIT_ASSERT_EQUAL(2, connection.number("SELECT count(*) FROM t"));
    }

    void overridesPragmas()
    {
        const TemporaryFolder folder;
        FaultInjector disk(folder.path());
        disk.overridePragma("synchronous", "OFF");
        Connection connection(database(folder));
        connection.run(walFull);
        CPPUNIT_ASSERT_EQUAL(0, connection.number("PRAGMA synchronous"));
        const auto before = disk.activity();
        connection.run("CREATE TABLE t (n)");
        CPPUNIT_ASSERT_EQUAL(before.syncs, disk.activity().syncs);
        CPPUNIT_ASSERT(disk.activity().writes > before.writes);
    }

    void needsItsFilesClosedBeforePowerComesBack()
    {
        const TemporaryFolder folder;
        FaultInjector disk(folder.path());
        auto connection = std::make_optional<Connection>(database(folder));
        connection->run(walFull);
        connection->run("CREATE TABLE t (n)");
        disk.cut();
        CPPUNIT_ASSERT(connection->run("INSERT INTO t VALUES (1)") != SQLITE_OK);
        CPPUNIT_ASSERT_THROW(disk.powerOn(), std::logic_error);
        connection.reset();
        disk.powerOn();
        connection.emplace(database(folder));
        CPPUNIT_ASSERT_EQUAL(0, connection->number("SELECT count(*) FROM t"));
    }

    void leavesOtherDatabasesAlone()
    {
        const TemporaryFolder folder;
        const TemporaryFolder elsewhere;
        FaultInjector disk(folder.path());
        disk.fail(Operation::write);
        Connection connection(elsewhere.path() / "a.db");
        connection.run(walFull);
        CPPUNIT_ASSERT_EQUAL(SQLITE_OK, connection.run("CREATE TABLE t (n)"));
        Connection inMemory(":memory:");
        CPPUNIT_ASSERT_EQUAL(SQLITE_OK, inMemory.run("CREATE TABLE t (n)"));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(SqliteOnFaultyDiskTest);

} // namespace waymark::testkit::fault
