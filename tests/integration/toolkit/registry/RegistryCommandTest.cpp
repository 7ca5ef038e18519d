#include "StoredExample.h"

#include <waymark/testkit/Process.h>

#include <cppunit/extensions/HelperMacros.h>

#include <csignal>
#include <map>
#include <sqlite3.h>

namespace waymark::toolkit::stores
{

namespace fs = std::filesystem;
using testkit::Process;

/// `waymark registry export|import|convert|stats` where all goes well.
class RegistryCommandTest : public CppUnit::TestFixture, private StoredExample
{
    CPPUNIT_TEST_SUITE(RegistryCommandTest);
    CPPUNIT_TEST(everyFormatBecomesEveryOther);
    CPPUNIT_TEST(exportPrintsWhatWasImported);
    CPPUNIT_TEST(importReadsStandardInput);
    CPPUNIT_TEST(sourcesAreRecognised);
    CPPUNIT_TEST(namesTellTheFormatOfNewStores);
    CPPUNIT_TEST(helpNamesTheFormats);
    CPPUNIT_TEST(sourcesStayAsTheyAre);
    CPPUNIT_TEST(aLogThatWasLeftIsReadToo);
    CPPUNIT_TEST(storesAreTheirOwnersAlone);
    CPPUNIT_TEST(nothingIsReplacedWithoutForce);
    CPPUNIT_TEST(forceReplacesADatabaseWithItsLog);
    CPPUNIT_TEST(aConfigurationNamesTheStore);
    CPPUNIT_TEST(aDaemonGoesOnWithWhatWasConverted);
    CPPUNIT_TEST(statsCountByOriginSchemeLeaseAndLabel);
    CPPUNIT_TEST_SUITE_END();

    const std::vector<std::string> _formats{"json-lines", "memory-snapshot", "sqlite"};

    void everyFormatBecomesEveryOther()
    {
        constexpr std::size_t more = 3000; // some batches
        const std::string expected = lines(more);
        for (const std::string& from : _formats) {
            const std::string source = store(from, from, more);
            for (const std::string& to : _formats) {
                const std::string target = path(from + "-to-" + to);
                did({"convert", "--from", from, source, "--to", to, target});
                const std::string found = did({"export", target});
                CPPUNIT_ASSERT_MESSAGE(from + " to " + to, found == expected);
            }
        }
    }

    void exportPrintsWhatWasImported()
    {
        const std::string file = store("sqlite", "r.db");
        CPPUNIT_ASSERT_EQUAL(lines(), did({"export", file}));
        const std::string told = did({"export", file, "--out", path("all.jsonl"), "--json"});
        assertContains(told,
                       R"("format":"json-lines","claims":4,"tombstones":2,"revision":"9e3779b97f4a7c15-17")");
        CPPUNIT_ASSERT_EQUAL(lines(), read(path("all.jsonl")));
    }

    void importReadsStandardInput()
    {
        const std::string in = write("in.jsonl", lines());
        const auto [output, code] =
            shell("$WAYMARK registry import --to sqlite " + path("r.db") + " < " + in);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(output, 0, code);
        CPPUNIT_ASSERT_EQUAL(lines(), did({"export", path("r.db")}));
    }

    void sourcesAreRecognised()
    {
        for (const std::string& format : _formats)
            assertContains(did({"stats", store(format, format)}), "format\t" + format + "\n");
    }

    void namesTellTheFormatOfNewStores()
    {
        const std::string source = store("json-lines", "source");
        for (const auto& [name, format] :
             std::map<std::string, std::string>{{"new.db", "sqlite"},
                                                {"new.sqlite", "sqlite"},
                                                {"new.snapshot", "memory-snapshot"},
                                                {"new.jsonl", "json-lines"}}) {
            assertContains(did({"convert", source, path(name)}), "format\t" + format + '\n');
            CPPUNIT_ASSERT_EQUAL(lines(), did({"export", "--from", format, path(name)}));
        }
        assertContains(did({"convert", source, "--to", "sqlite", path("other.snapshot")}),
                       "format\tsqlite\n");
        // What is there already tells its format by itself.
        assertContains(did({"convert", source, path("other.snapshot"), "--force"}), "format\tsqlite\n");
        assertContains(did({"import", "--in", source, path("imported.db")}), "format\tsqlite\n");
    }

    void helpNamesTheFormats()
    {
        for (const std::string command : {"export", "stats", "convert", "import"}) {
            const std::string help = did({command, "--help"});
            for (const std::string& format : _formats)
                assertContains(help, format);
        }
    }

    void sourcesStayAsTheyAre()
    {
        for (const std::string& format : _formats) {
            const std::string file = store(format, format);
            const std::string before = read(file);
            const auto time = fs::last_write_time(file);
            const auto all = names();
            did({"stats", file});
            did({"export", file});
            CPPUNIT_ASSERT(before == read(file));
            CPPUNIT_ASSERT(time == fs::last_write_time(file));
            CPPUNIT_ASSERT(all == names());
        }
    }

    /// One who was killed: the last changes are in the log alone.
    void aLogThatWasLeftIsReadToo()
    {
        const std::string file = databaseWithLog("killed.db");
        const std::string before = read(file);
        const std::string log = read(file + "-wal");
        const auto all = names();
        CPPUNIT_ASSERT(!log.empty());
        assertContains(did({"export", file}), "\"revision\":\"9e3779b97f4a7c15-18\"");
        CPPUNIT_ASSERT(before == read(file));
        CPPUNIT_ASSERT(log == read(file + "-wal"));
        CPPUNIT_ASSERT(all == names());
    }

    /// Its log says that the revision is 18.
    std::string databaseWithLog(const std::string& name) const
    {
        const std::string made = store("sqlite", "made.db");
        sqlite3* connection = nullptr;
        CPPUNIT_ASSERT_EQUAL(SQLITE_OK, ::sqlite3_open(made.c_str(), &connection));
        const int done =
            ::sqlite3_exec(connection, "PRAGMA journal_mode = WAL; UPDATE registry SET revision = 18",
                           nullptr, nullptr, nullptr);
        fs::copy_file(made, path(name));
        fs::copy_file(made + "-wal", path(name) + "-wal");
        ::sqlite3_close(connection);
        CPPUNIT_ASSERT_EQUAL(SQLITE_OK, done);
        fs::remove(made);
        return path(name);
    }

    void storesAreTheirOwnersAlone()
    {
        for (const std::string& format : _formats)
            CPPUNIT_ASSERT(fs::status(store(format, format)).permissions() ==
                           (fs::perms::owner_read | fs::perms::owner_write));
    }

    void nothingIsReplacedWithoutForce()
    {
        const std::string source = store("json-lines", "source");
        for (const std::string& format : _formats) {
            const std::string file = write(format, "precious");
            const auto [output, code] = run({"convert", source, "--to", format, file});
            CPPUNIT_ASSERT_EQUAL_MESSAGE(output, 74, code);
            assertContains(output, "exists already; --force replaces it");
            CPPUNIT_ASSERT_EQUAL(std::string("precious"), read(file));
            did({"convert", source, "--to", format, file, "--force"});
            CPPUNIT_ASSERT_EQUAL(lines(), did({"export", file}));
        }
        const auto [output, code] = run({"export", source, "--out", source});
        CPPUNIT_ASSERT_EQUAL_MESSAGE(output, 74, code);
    }

    void forceReplacesADatabaseWithItsLog()
    {
        const std::string source = store("json-lines", "source");
        const std::string file = databaseWithLog("killed.db");
        did({"convert", source, "--to", "sqlite", file, "--force"});
        CPPUNIT_ASSERT(!fs::exists(file + "-wal"));
        CPPUNIT_ASSERT(!fs::exists(file + "-shm"));
        CPPUNIT_ASSERT_EQUAL(lines(), did({"export", file}));
    }

    std::string configuration(const std::string& name, const std::string& plugin,
                              const std::string& key) const
    {
        return write(name, "waymark.plugins = " + plugin +
                               "\nwaymark.state-dir = state\nnode.key = ephemeral\n" + key + '\n');
    }

    void aConfigurationNamesTheStore()
    {
        store("memory-snapshot", "peers.snapshot");
        const std::string old =
            configuration("old.properties", "registry-memory", "registry-memory.snapshot = peers.snapshot");
        const std::string fresh =
            configuration("new.properties", "kept:registry-sqlite", "kept.file = new.db");
        did({"convert", "--from-config", old, "--to-config", fresh});
        CPPUNIT_ASSERT_EQUAL(lines(), did({"export", "--config", fresh}));
        assertContains(did({"stats", path("new.db")}), "format\tsqlite\n");
        const std::string none = configuration("none.properties", "registry-memory", "");
        const auto [output, code] = run({"export", "--config", none});
        CPPUNIT_ASSERT_EQUAL_MESSAGE(output, 78, code);
        assertContains(output, "keeps nothing");
    }

    void aDaemonGoesOnWithWhatWasConverted()
    {
        store("json-lines", "all.jsonl");
        did({"convert", path("all.jsonl"), "--to", "sqlite", path("new.db")});
        const std::string config =
            configuration("sqlite.properties", "registry-sqlite", "registry-sqlite.file = new.db");
        Process daemon(waymarkd, {"--config", config});
        const std::string opened = daemon.expectLine("registry.opened");
        assertContains(opened, "-17"); // the number goes on, in an epoch of its own
        daemon.expectLine("host.ready");
        for (const auto& words : std::vector<std::vector<std::string>>{
                 {"export", path("new.db")},
                 {"stats", "--config", config},
                 {"convert", path("new.db"), "--to", "json-lines", path("other")},
                 {"convert", path("all.jsonl"), "--to", "sqlite", path("new.db"), "--force"}}) {
            const auto [output, code] = run(words);
            CPPUNIT_ASSERT_EQUAL_MESSAGE(output, 75, code);
            assertContains(output, "in use by a daemon (process " + std::to_string(daemon.pid()) + ')');
            // What a running daemon is asked with instead is a command that there is.
            if (words.back() != "--force")
                assertContains(output, "or ask it (waymark peers list)");
        }
        CPPUNIT_ASSERT_EQUAL(0, shell("$WAYMARK peers list --help").second);
        daemon.signal(SIGTERM);
        CPPUNIT_ASSERT_EQUAL(0, daemon.waitForExit().value_or(-1));
        // What the wall clock ended it dropped; the others are as they were. Its log is gone, and none is
        // made.
        const auto all = names();
        assertContains(did({"stats", path("new.db")}), "forever=2");
        CPPUNIT_ASSERT(all == names());
    }

    void statsCountByOriginSchemeLeaseAndLabel()
    {
        const std::string told = did({"stats", store("memory-snapshot", "peers.snapshot", 2), "--json"});
        assertContains(told, R"("revision":"9e3779b97f4a7c15-17","claims":6,"tombstones":2,"with_enr":1)");
        assertContains(told, R"("origins":{"api":3,"file:a":1,"file:b":2})");
        assertContains(told, R"("schemes":{"addr":3,"eth":3})");
        assertContains(told, R"("leases":{"forever":4,"over":1,"running":1})");
        assertContains(told, R"("namespace":{"claims":4,"values":{"a\"b\\c":1,"prod":3}})");
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(RegistryCommandTest);

} // namespace waymark::toolkit::stores
