#include "Database.h"
#include "Schema.h"
#include "SqliteFixture.h"

#include <waymark/contract/RegistryFixtures.h>

#include <Poco/Data/SQLite/Connector.h>
#include <Poco/Data/Session.h>
#include <cppunit/extensions/HelperMacros.h>

#include <csignal>
#include <fstream>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace waymark::registry
{

using contract::apply;
using contract::outcomeOf;
using contract::PluginRun;
using contract::put;
using contract::testPeer;
using contract::testPeerWithEnr;
using plugin::ExitCode;
using Poco::Data::Keywords::into;
using Poco::Data::Keywords::now;

namespace
{

/// While it lives no file of this process grows beyond so many bytes; writing there fails.
class FileSizeLimit
{
public:
    explicit FileSizeLimit(std::uintmax_t bytes) : _handler(std::signal(SIGXFSZ, SIG_IGN))
    {
        CPPUNIT_ASSERT_EQUAL(0, ::getrlimit(RLIMIT_FSIZE, &_before));
        rlimit tight = _before;
        tight.rlim_cur = bytes;
        CPPUNIT_ASSERT_EQUAL(0, ::setrlimit(RLIMIT_FSIZE, &tight));
    }
    FileSizeLimit(const FileSizeLimit&) = delete;
    FileSizeLimit& operator=(const FileSizeLimit&) = delete;
    ~FileSizeLimit()
    {
        ::setrlimit(RLIMIT_FSIZE, &_before);
        std::signal(SIGXFSZ, _handler);
    }

private:
    void (*_handler)(int);
    rlimit _before = {};
};

} // namespace

/// The database file as an operator meets it: missing, damaged, of another program, locked, in use.
class SqliteFilesTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(SqliteFilesTest);
    CPPUNIT_TEST(createsFolderAndFileForItsOwnerAlone);
    CPPUNIT_TEST(marksItsFile);
    CPPUNIT_TEST(otherProgramsMayReadWhileItRuns);
    CPPUNIT_TEST(aSecondRegistryOnTheFileIsRefused);
    CPPUNIT_TEST(anotherNameOfTheFileIsLockedToo);
    CPPUNIT_TEST(refusesAFileWithHardLinksByEveryName);
    CPPUNIT_TEST(refusesASymbolicLinkToNothing);
    CPPUNIT_TEST(everySessionSyncsEachCommit);
    CPPUNIT_TEST(acknowledgesNothingOnceTheFileIsGone);
    CPPUNIT_TEST(aStoppedRegistryLeavesTheFileFree);
    CPPUNIT_TEST(aRestoredCopyGivesNoRevisionASecondMeaning);
    CPPUNIT_TEST(revisionsCountOnOverARestart);
    CPPUNIT_TEST(refusesAFileThatIsNoDatabase);
    CPPUNIT_TEST(refusesATruncatedFile);
    CPPUNIT_TEST(refusesADamagedPage);
    CPPUNIT_TEST(refusesRowsThatItDidNotWrite);
    CPPUNIT_TEST(refusesTheDatabaseOfAnotherProgram);
    CPPUNIT_TEST(refusesANewerSchema);
    CPPUNIT_TEST(takesAFileFromBeforeLeases);
    CPPUNIT_TEST(refusesAFileThatCannotBeWritten);
    CPPUNIT_TEST(refusesAFolderInPlaceOfTheFile);
    CPPUNIT_TEST(aDatabaseLockedByAnotherProgramOnlyStopsChanges);
    CPPUNIT_TEST(aDiskThatTakesNoMoreOnlyStopsChanges);
    CPPUNIT_TEST_SUITE_END();

    std::unique_ptr<testkit::TemporaryFolder> _folder;
    std::filesystem::path _file;
    std::string _tombstoneAge = "7d";
    Poco::Data::SQLite::Connector _connector;

public:
    void setUp() override
    {
        _folder = std::make_unique<testkit::TemporaryFolder>();
        _file = _folder->path() / "state" / "deep" / "registry.db";
    }

private:
    std::unique_ptr<PluginRun> prepare()
    {
        return std::make_unique<PluginRun>(makeSqlitePlugin(),
                                           PluginRun::Values{{"file", _file.string()},
                                                             {"busy-timeout", "0ms"},
                                                             {"tombstone-age", _tombstoneAge}},
                                           _folder->path());
    }
    std::unique_ptr<PluginRun> start()
    {
        auto run = prepare();
        run->start();
        return run;
    }
    static PeerRegistry& registryOf(const std::unique_ptr<PluginRun>& run)
    {
        return *run->service<PeerRegistry>();
    }

    /// A file with a few hundred peers, stopped.
    void fill()
    {
        const auto run = start();
        ChangeBatch batch;
        for (std::uint64_t i = 0; i < 300; ++i)
            batch.push_back(put(testPeer(i)));
        batch.push_back(put(testPeerWithEnr(1, 5)));
        CPPUNIT_ASSERT(apply(registryOf(run), batch).has_value());
    }

    /// Starting fails with this code and one line that contains the words and the file's name.
    void refuses(ExitCode code, const std::string& words)
    {
        const auto run = prepare();
        try {
            run->start();
        } catch (const plugin::StartError& error) {
            const std::string message = error.what();
            CPPUNIT_ASSERT_EQUAL_MESSAGE(message, static_cast<int>(code), static_cast<int>(error.code()));
            CPPUNIT_ASSERT_MESSAGE(message, message.find(words) != std::string::npos);
            CPPUNIT_ASSERT_MESSAGE(message, message.find("registry.db") != std::string::npos);
            CPPUNIT_ASSERT_MESSAGE(message, message.find('\n') == std::string::npos);
            return;
        }
        CPPUNIT_FAIL("it started; it should have said: " + words);
    }

    Poco::Data::Session session() { return Poco::Data::Session(_connector.createSession(_file.string())); }
    void execute(const std::string& sql) { session() << sql, now; }
    template <class Value>
    Value ask(const std::string& sql)
    {
        Value value{};
        session() << sql, into(value), now;
        return value;
    }

    void createsFolderAndFileForItsOwnerAlone()
    {
        const auto run = start();
        outcomeOf(registryOf(run), put(testPeer(1)));
        const auto mode = [](const std::filesystem::path& path) {
            struct stat status = {};
            CPPUNIT_ASSERT_EQUAL(0, ::stat(path.c_str(), &status));
            return status.st_mode & 0777U;
        };
        CPPUNIT_ASSERT_EQUAL(0700U, mode(_file.parent_path()));
        CPPUNIT_ASSERT_EQUAL(0700U, mode(_file.parent_path().parent_path()));
        CPPUNIT_ASSERT_EQUAL(0600U, mode(_file));
        CPPUNIT_ASSERT_EQUAL(0600U, mode(_file.string() + "-wal"));
        CPPUNIT_ASSERT_EQUAL(0600U, mode(_file.string() + ".lock"));
    }

    void marksItsFile()
    {
        fill();
        CPPUNIT_ASSERT_EQUAL(applicationId, ask<Poco::Int64>("PRAGMA application_id"));
        CPPUNIT_ASSERT_EQUAL(schemaVersion(), ask<Poco::Int64>("PRAGMA user_version"));
        CPPUNIT_ASSERT_EQUAL(std::string("wal"), ask<std::string>("PRAGMA journal_mode"));
    }

    void otherProgramsMayReadWhileItRuns()
    {
        fill();
        const auto run = start();
        auto reader = session();
        Poco::Int64 before = 0;
        reader << "SELECT count(*) FROM claims", into(before), now;
        outcomeOf(registryOf(run), put(testPeer(1000)));
        Poco::Int64 after = 0;
        reader << "SELECT count(*) FROM claims", into(after), now;
        CPPUNIT_ASSERT_EQUAL(Poco::Int64{300}, before);
        CPPUNIT_ASSERT_EQUAL(Poco::Int64{301}, after);
    }

    void aSecondRegistryOnTheFileIsRefused()
    {
        const auto first = start();
        refuses(ExitCode::lockedDatabase, "another daemon (process " + std::to_string(::getpid()) + ")");
        CPPUNIT_ASSERT(outcomeOf(registryOf(first), put(testPeer(1))) == Outcome::created);
    }

    void anotherNameOfTheFileIsLockedToo()
    {
        const auto first = start();
        const auto real = std::exchange(_file, _folder->path() / "link-to-registry.db");
        std::filesystem::create_symlink(real, _file);
        refuses(ExitCode::lockedDatabase, "another daemon");
    }

    void refusesAFileWithHardLinksByEveryName()
    {
        auto first = start();
        outcomeOf(registryOf(first), put(testPeer(1)));
        const auto link = _folder->path() / "hard-registry.db";
        std::filesystem::create_hard_link(_file, link);
        const auto name = std::exchange(_file, link);
        refuses(ExitCode::configuration, "has 2 names (hard links)");
        CPPUNIT_ASSERT(outcomeOf(registryOf(first), put(testPeer(2))) == Outcome::created);
        first.reset();
        refuses(ExitCode::configuration, "has 2 names (hard links)");
        _file = name;
        refuses(ExitCode::configuration, "has 2 names (hard links)");
        std::filesystem::remove(link);
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, registryOf(start()).size());
    }

    void refusesASymbolicLinkToNothing()
    {
        // Opened, it would make a file whose own name has another lock.
        const auto target = std::exchange(_file, _folder->path() / "link-to-registry.db");
        std::filesystem::create_directories(target.parent_path());
        std::filesystem::create_symlink(target, _file);
        refuses(ExitCode::configuration, "symbolic link to nothing");
        CPPUNIT_ASSERT(!std::filesystem::exists(target));
    }

    void everySessionSyncsEachCommit()
    {
        Database database(_file, std::chrono::milliseconds(0));
        CPPUNIT_ASSERT_EQUAL(std::int64_t{2}, database.number("PRAGMA synchronous"));
        database.undo(true);
        CPPUNIT_ASSERT_EQUAL(std::int64_t{2}, database.number("PRAGMA synchronous"));
    }

    void acknowledgesNothingOnceTheFileIsGone()
    {
        const auto run = start();
        outcomeOf(registryOf(run), put(testPeer(1)));
        const auto elsewhere = _file.parent_path() / "moved.db";
        std::filesystem::rename(_file, elsewhere);
        assertOnlyChangesStop(run, ErrorCode::io, "removed or replaced");
        CPPUNIT_ASSERT(!std::filesystem::exists(_file));
        std::filesystem::copy_file(elsewhere, _file);
        assertOnlyChangesStop(run, ErrorCode::io, "removed or replaced");
    }

    void aStoppedRegistryLeavesTheFileFree()
    {
        const auto first = start();
        outcomeOf(registryOf(first), put(testPeer(1)));
        first->stop();
        const auto second = start();
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, registryOf(second).size());
        // A start that failed leaves it free as well.
        second->stop();
        execute("PRAGMA user_version = 99");
        refuses(ExitCode::configuration, "newer Waymark");
        execute("PRAGMA user_version = " + std::to_string(schemaVersion()));
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, registryOf(start()).size());
    }

    void aRestoredCopyGivesNoRevisionASecondMeaning()
    {
        auto run = start();
        outcomeOf(registryOf(run), put(testPeer(1)));
        run.reset();
        const auto backup = _folder->path() / "backup.db";
        std::filesystem::copy_file(_file, backup);
        run = start();
        outcomeOf(registryOf(run), put(testPeer(2)));
        const Revision seen = registryOf(run).revision();
        run.reset();

        std::filesystem::rename(backup, _file);
        run = start();
        outcomeOf(registryOf(run), put(testPeer(3)));
        CPPUNIT_ASSERT(registryOf(run).revision() != seen);
        const auto watch = registryOf(run).watch(seen, {});
        CPPUNIT_ASSERT(!watch.has_value());
        CPPUNIT_ASSERT(watch.error().code == ErrorCode::stale);
    }

    void revisionsCountOnOverARestart()
    {
        auto run = start();
        outcomeOf(registryOf(run), put(testPeer(1)));
        outcomeOf(registryOf(run), put(testPeer(2)));
        run.reset();
        run = start();
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{2}, registryOf(run).revision().number);
        outcomeOf(registryOf(run), put(testPeer(3)));
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{3}, registryOf(run).revision().number);
    }

    void write(const std::string& content)
    {
        std::filesystem::create_directories(_file.parent_path());
        std::ofstream(_file, std::ios::binary) << content;
    }

    void refusesAFileThatIsNoDatabase()
    {
        for (const std::size_t size : {1U, 15U, 16U, 5000U}) {
            write(std::string(size, 'x'));
            refuses(ExitCode::corruptData, "is no SQLite database: restore it from a backup");
        }
        // An empty file is what `touch` leaves: a new database.
        write("");
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, registryOf(start()).size());
    }

    void refusesATruncatedFile()
    {
        fill();
        const auto size = std::filesystem::file_size(_file);
        CPPUNIT_ASSERT(size > 8 * 4096);
        for (const auto length : {size - 1, size - 4096, size / 2, std::uintmax_t{4096}, std::uintmax_t{1000},
                                  std::uintmax_t{16}}) {
            std::filesystem::resize_file(_file, length);
            refuses(ExitCode::corruptData, "restore it from a backup");
        }
    }

    void refusesADamagedPage()
    {
        fill();
        std::fstream file(_file, std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(3 * 4096);
        file << std::string(4096, '\xa5');
        file.close();
        refuses(ExitCode::corruptData, "btreeInitPage() returns error code 11)");
    }

    void refusesRowsThatItDidNotWrite()
    {
        const auto refusesAfter = [this](const std::string& sql, const std::string& words) {
            std::filesystem::remove_all(_file.parent_path());
            fill();
            execute(sql);
            refuses(ExitCode::corruptData, words);
        };
        refusesAfter("UPDATE claims SET addresses = 'udp/10.0.0.1' WHERE rowid = 5",
                     "table claims: column addresses");
        refusesAfter("UPDATE claims SET addresses = 'udp/10.0.0.1/65536' WHERE rowid = 5",
                     "column addresses");
        refusesAfter("UPDATE claims SET addresses = 'udp/not.an.address/1' WHERE rowid = 5", "table claims");
        refusesAfter("UPDATE claims SET labels = '{\"a\": 1}' WHERE rowid = 5", "column labels");
        refusesAfter("UPDATE claims SET labels = '[' WHERE rowid = 5", "column labels");
        refusesAfter("UPDATE claims SET enr = x'c0ffee' WHERE rowid = 5", "column enr");
        refusesAfter("UPDATE claims SET peer = x'00' WHERE rowid = 5", "column peer");
        refusesAfter("UPDATE claims SET scheme = 9 WHERE rowid = 5", "column scheme");
        refusesAfter("UPDATE claims SET origin = '' WHERE rowid = 5", "origin");
        refusesAfter("UPDATE claims SET ttl = 1000000000 WHERE rowid = 5", "column expiry");
        refusesAfter("UPDATE claims SET expiry = 1000000000 WHERE rowid = 5", "column ttl");
        refusesAfter("UPDATE claims SET ttl = -1, expiry = 0 WHERE rowid = 5", "column ttl");
        refusesAfter("UPDATE claims SET ttl = 1, expiry = 0 WHERE rowid = 5", "a ttl must be");
        refusesAfter("UPDATE claims SET enr_seq = 1 WHERE enr IS NOT NULL", "ENR seq");
        refusesAfter("INSERT INTO tombstones SELECT scheme, peer, origin, 1, 1, 0 FROM claims LIMIT 1",
                     "table tombstones");
        refusesAfter("DROP TABLE claims", "cannot be read");
    }

    void refusesTheDatabaseOfAnotherProgram()
    {
        std::filesystem::create_directories(_file.parent_path());
        execute("CREATE TABLE songs (title TEXT)");
        refuses(ExitCode::configuration, "another program");
        CPPUNIT_ASSERT_EQUAL(Poco::Int64{1}, ask<Poco::Int64>("SELECT count(*) FROM sqlite_master"));
    }

    void refusesANewerSchema()
    {
        fill();
        execute("PRAGMA user_version = " + std::to_string(schemaVersion() + 1));
        refuses(ExitCode::configuration, "newer Waymark (schema " + std::to_string(schemaVersion() + 1) +
                                             ", this one knows " + std::to_string(schemaVersion()) + ")");
    }

    void takesAFileFromBeforeLeases()
    {
        outcomeOf(registryOf(start()), put(testPeerWithEnr(1, 5)));
        outcomeOf(registryOf(start()), put(testPeerWithEnr(2, 5)));
        outcomeOf(registryOf(start()), contract::drop(2));
        execute(backToSchema2);
        for (const char* const column :
             {"claims DROP COLUMN ttl", "claims DROP COLUMN expiry", "tombstones DROP COLUMN buried"})
            execute("ALTER TABLE " + std::string(column));
        execute("PRAGMA user_version = 1");
        _tombstoneAge = "0s"; // the file dates them by the world's time, which is not that of the test
        const auto run = start();
        CPPUNIT_ASSERT_EQUAL(schemaVersion(), ask<Poco::Int64>("PRAGMA user_version"));
        // It ages from now on, and not anew with each start.
        CPPUNIT_ASSERT(ask<Poco::Int64>("SELECT buried FROM tombstones") > 1'700'000'000'000'000'000);
        CPPUNIT_ASSERT(registryOf(run).claims(contract::testId(1)).front().lease.isForever());
        CPPUNIT_ASSERT(outcomeOf(registryOf(run), put(testPeerWithEnr(2, 4))) == Outcome::stale);
        CPPUNIT_ASSERT(outcomeOf(registryOf(run), contract::renew(1, std::chrono::hours(1))) ==
                       Outcome::renewed);
    }

    void refusesAFileThatCannotBeWritten()
    {
        // Root may write everywhere but in the kernel's own file systems.
        _file = ::geteuid() == 0 ? "/proc/registry.db" : "/registry.db";
        refuses(ExitCode::configuration, "cannot be opened for writing");
        _file = ::geteuid() == 0 ? "/proc/missing/registry.db" : "/missing/registry.db";
        const auto run = prepare();
        CPPUNIT_ASSERT_THROW(run->start(), plugin::StartError);
    }

    void refusesAFolderInPlaceOfTheFile()
    {
        std::filesystem::create_directories(_file);
        refuses(ExitCode::configuration, "cannot be opened for writing");
    }

    void assertOnlyChangesStop(const std::unique_ptr<PluginRun>& run, ErrorCode code,
                               const std::string& words)
    {
        const auto refused = apply(registryOf(run), {put(testPeer(2))});
        CPPUNIT_ASSERT(!refused.has_value());
        CPPUNIT_ASSERT_MESSAGE(refused.error().message, refused.error().code == code);
        CPPUNIT_ASSERT_MESSAGE(refused.error().message,
                               refused.error().message.find(words) != std::string::npos);
        CPPUNIT_ASSERT(registryOf(run).find(contract::testId(1)).has_value());
        CPPUNIT_ASSERT(!registryOf(run).find(contract::testId(2)).has_value());
        CPPUNIT_ASSERT(run->plugin().health().status == observe::HealthStatus::degraded);
        CPPUNIT_ASSERT_EQUAL(refused.error().message, run->plugin().health().reason);
    }

    void assertWorksAgain(std::unique_ptr<PluginRun> run)
    {
        CPPUNIT_ASSERT(outcomeOf(registryOf(run), put(testPeer(2))) == Outcome::created);
        CPPUNIT_ASSERT(run->plugin().health().status == observe::HealthStatus::ok);
        run.reset();
        run = start();
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, registryOf(run).size());
    }

    void aDatabaseLockedByAnotherProgramOnlyStopsChanges()
    {
        auto run = start();
        outcomeOf(registryOf(run), put(testPeer(1)));
        {
            auto other = session();
            other << "BEGIN IMMEDIATE", now;
            assertOnlyChangesStop(run, ErrorCode::unavailable, "another program keeps the database locked");
            other << "ROLLBACK", now;
        }
        assertWorksAgain(std::move(run));
    }

    void aDiskThatTakesNoMoreOnlyStopsChanges()
    {
        auto run = start();
        outcomeOf(registryOf(run), put(testPeer(1)));
        {
            // The database's first page and nothing behind it.
            const FileSizeLimit limit(4096);
            assertOnlyChangesStop(run, ErrorCode::io, "writing failed");
            assertOnlyChangesStop(run, ErrorCode::io, "writing failed");
        }
        assertWorksAgain(std::move(run));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(SqliteFilesTest);

} // namespace waymark::registry
