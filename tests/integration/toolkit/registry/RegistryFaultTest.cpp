#include "StoredExample.h"

#include <waymark/testkit/Process.h>

#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>
#include <csignal>
#include <sqlite3.h>
#include <sys/stat.h>

namespace waymark::toolkit::stores
{

namespace fs = std::filesystem;

/// `waymark registry ...` with damaged, foreign and missing files, without room, and interrupted.
class RegistryFaultTest : public CppUnit::TestFixture, private StoredExample
{
    CPPUNIT_TEST_SUITE(RegistryFaultTest);
    CPPUNIT_TEST(aTruncatedStoreIsNotTaken);
    CPPUNIT_TEST(aChangedByteOfATextIsNotTaken);
    CPPUNIT_TEST(wrongLinesAreNamed);
    CPPUNIT_TEST(whatIsNoStoreIsNotTaken);
    CPPUNIT_TEST(aFullDiskLeavesWhatWasThere);
    CPPUNIT_TEST(aFullOutputIsAnError);
    CPPUNIT_TEST(anInterruptionLeavesNothing);
    CPPUNIT_TEST(wrongArgumentsAreExplained);
    CPPUNIT_TEST(onlyPlainFilesAreReplaced);
    CPPUNIT_TEST(noOtherFileIsTouched);
    CPPUNIT_TEST(aFileThatIsNoLockStays);
    CPPUNIT_TEST_SUITE_END();

    const std::vector<std::string> _formats{"json-lines", "memory-snapshot", "sqlite"};

    void refuses(const std::vector<std::string>& words, int expected, const std::string& message)
    {
        const auto all = names();
        const auto [output, code] = run(words);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(output, expected, code);
        assertContains(output, message);
        CPPUNIT_ASSERT(all == names());
    }

    void aTruncatedStoreIsNotTaken()
    {
        for (const std::string& format : _formats) {
            const std::string file = store(format, format, 200);
            const auto size = fs::file_size(file);
            for (const auto part : {size - 1, size / 2, size / 4}) {
                fs::resize_file(file, part);
                refuses({"convert", "--from", format, file, "--to", "json-lines", path("out")}, 65, file);
                // The format that can be repaired says how.
                refuses({"stats", "--from", format, file}, 65,
                        format == "sqlite" ? "waymark registry repair " + file : file);
            }
        }
    }

    void aChangedByteOfATextIsNotTaken()
    {
        for (const char* const format : {"json-lines", "memory-snapshot"}) {
            const std::string file = store(format, format);
            std::string text = read(file);
            text[text.find("10.0.0.") + 3] = '9';
            write(format, text);
            refuses({"convert", file, "--to", "sqlite", path("out.db")}, 65, "");
        }
    }

    void wrongLinesAreNamed()
    {
        const std::string head = R"({"type":"registry","version":1,"revision":"9e3779b97f4a7c15-17"})"
                                 "\n";
        const std::string end = "{\"type\":\"end\"}\n";
        const std::string claim = R"({"type":"claim","peer":"addr:a","origin":"api","addresses":[]})"
                                  "\n";
        const std::string tombstone =
            R"({"type":"tombstone","peer":"addr:a","origin":"api","enr_seq":"1","order":"1"})"
            "\n";
        const std::vector<std::pair<std::string, std::string>> wrong{
            {"", "it is empty"},
            {claim + end, "it is no exported registry"},
            {head, "it is truncated"},
            {head + claim, "it is truncated"},
            {head + "{]\n" + end, "line 2: it is no JSON"},
            {head +
                 R"({"type":"peer"})"
                 "\n" +
                 end,
             "line 2: \"type\" must be claim"},
            {head +
                 R"({"type":"claim","peer":"addr:a","origin":"api"})"
                 "\n" +
                 end,
             "line 2: \"addresses\" must be there"},
            {head +
                 R"({"type":"claim","peer":"0x12","origin":"api","addresses":[]})"
                 "\n" +
                 end,
             "line 2: \"peer\": "},
            {head +
                 R"({"type":"claim","peer":"addr:a","origin":"api","addresses":[],"label":{}})"
                 "\n" +
                 end,
             "\"label\" is no field"},
            {head +
                 R"({"type":"claim","peer":"addr:a","origin":"api","addresses":[],"ttl":"60"})"
                 "\n" +
                 end,
             "\"expires_at\" must be there"},
            {head +
                 R"({"type":"claim","peer":"addr:a","origin":"","addresses":[]})"
                 "\n" +
                 end,
             "addr:a"},
            {head + claim + claim + end, "an origin has two rows for one peer"},
            {head + claim + tombstone + end, "an origin has two rows for one peer"},
            {head + claim +
                 R"({"type":"end","claims":2})"
                 "\n",
             "it counts other rows than came"},
            {head + claim + end + claim, "it goes on after its end"}};
        for (const auto& [text, message] : wrong) {
            const std::string file = write("in.jsonl", text);
            refuses({"import", "--to", "sqlite", "--in", file, path("out.db")}, 65, message);
        }
        write("in.jsonl", head + claim + end);
        did({"import", "--to", "sqlite", "--in", path("in.jsonl"), path("out.db")});
        write("in.jsonl", R"({"type":"registry","version":2})"
                          "\n" +
                              end);
        refuses({"import", "--to", "sqlite", "--in", path("in.jsonl"), path("new.db")}, 78,
                "version is not 1");
    }

    void whatIsNoStoreIsNotTaken()
    {
        const std::string text = write("text", "hello\n");
        refuses({"stats", text}, 65,
                "is no stored registry: the formats that are installed are json-lines, "
                "memory-snapshot, sqlite");
        for (const std::string& format : _formats)
            refuses({"stats", "--from", format, text}, 65, text);
        refuses({"stats", path("missing")}, 74, "is not there");
        refuses({"stats", "--from", "sqlite", path("missing")}, 74, "is not there");
        refuses({"stats", path("")}, 74, "is no regular file");
        const std::string other = path("other.db");
        makeForeignDatabase(other);
        refuses({"stats", other}, 78, "is the database of another program");
    }

    static void makeForeignDatabase(const std::string& file)
    {
        sqlite3* connection = nullptr;
        CPPUNIT_ASSERT_EQUAL(SQLITE_OK, ::sqlite3_open(file.c_str(), &connection));
        const int done = ::sqlite3_exec(connection, "CREATE TABLE mine (a)", nullptr, nullptr, nullptr);
        ::sqlite3_close(connection);
        CPPUNIT_ASSERT_EQUAL(SQLITE_OK, done);
    }

    void aFullDiskLeavesWhatWasThere()
    {
        const std::string source = store("json-lines", "source", 4000);
        for (const std::string& format : _formats) {
            const std::string file = write("target", "precious");
            const auto all = names();
            // Blocks of 1024 bytes; without the trap the system would end the program.
            const auto [output, code] = shell("trap '' XFSZ; ulimit -f 64; exec $WAYMARK registry convert " +
                                              source + " --to " + format + " --force " + file);
            CPPUNIT_ASSERT_EQUAL_MESSAGE(output, 74, code);
            assertContains(output, "target");
            CPPUNIT_ASSERT_EQUAL(std::string("precious"), read(file));
            CPPUNIT_ASSERT(all == names());
        }
    }

    void aFullOutputIsAnError()
    {
        const std::string source = store("sqlite", "r.db", 4000);
        const auto [output, code] = shell("$WAYMARK registry export " + source + " > /dev/full");
        CPPUNIT_ASSERT_EQUAL_MESSAGE(output, 74, code);
        assertContains(output, "standard output");
        CPPUNIT_ASSERT_EQUAL_MESSAGE(output, std::ptrdiff_t{1}, std::ranges::count(output, '\n'));
        refuses({"export", source, "--out", "/dev/full", "--force"}, 74, "is no regular file");
    }

    void anInterruptionLeavesNothing()
    {
        // Its standard input never ends, and holds more than a pipe takes: when the feeder is done the
        // program is in the midst of it.
        const std::string in = path("pipe");
        CPPUNIT_ASSERT_EQUAL(0, ::mkfifo(in.c_str(), 0600));
        const std::string some = write("some.jsonl", lines(3000));
        const auto all = names();
        for (const int signal : {SIGINT, SIGTERM}) {
            testkit::Process feeder("/bin/bash", {"-c", "exec 3> " + in + "; head -n 2500 " + some +
                                                            " >&3; echo fed; exec tail -f /dev/null"});
            testkit::Process process("/bin/bash",
                                     {"-c", "exec " + std::string(waymark) + " registry import --to sqlite " +
                                                path("out.db") + " < " + in});
            feeder.expectLine("fed");
            process.signal(signal);
            CPPUNIT_ASSERT_EQUAL_MESSAGE(process.output(), 130, process.waitForExit().value_or(-1));
            assertContains(process.output(), "interrupted; nothing was changed");
            CPPUNIT_ASSERT(all == names());
        }
    }

    void wrongArgumentsAreExplained()
    {
        const std::string source = store("json-lines", "source");
        refuses({"export"}, 64, "name the store, with either its file or --config");
        refuses({"export", source, "--config", "f"}, 64, "name the store");
        refuses({"export", source, "--from", "sqllite"}, 64, "did you mean sqlite?");
        refuses({"convert", source, path("new")}, 64,
                "in which format? Write --to FORMAT: the formats that are installed are json-lines, ");
        refuses({"import", path("new"), "--in", source}, 64, "in which format? Write --to FORMAT: ");
        refuses({"convert", source, "--to", "sqlite", source, "--force"}, 64, "is source and target");
        refuses({"convert", source, "--to", "sqlite", path("none/new")}, 74, "there is no folder");
    }

    void onlyPlainFilesAreReplaced()
    {
        const std::string source = store("json-lines", "source");
        fs::create_symlink(source, path("link"));
        refuses({"convert", source, "--to", "sqlite", path("link"), "--force"}, 64, "is source and target");
        fs::create_symlink(write("elsewhere", "x"), path("other"));
        refuses({"convert", source, "--to", "sqlite", path("other"), "--force"}, 74, "is a symbolic link");
    }

    void noOtherFileIsTouched()
    {
        for (const std::string& format : _formats) {
            const std::string source = store("json-lines", "target.new");
            const std::string before = read(source);
            did({"convert", source, "--to", format, path("target"), "--force"});
            CPPUNIT_ASSERT_EQUAL(before, read(source));
            did({"import", "--in", source, "--to", format, path("target"), "--force"});
            CPPUNIT_ASSERT_EQUAL(before, read(source));
            fs::remove(source);
            write("out.jsonl.new", "precious");
            did({"export", path("target"), "--out", path("out.jsonl"), "--force"});
            CPPUNIT_ASSERT_EQUAL(std::string("precious"), read(path("out.jsonl.new")));
            CPPUNIT_ASSERT_EQUAL(before, read(path("out.jsonl")));
        }
        CPPUNIT_ASSERT_EQUAL(std::size_t{3}, names().size());
    }

    void aFileThatIsNoLockStays()
    {
        const std::string source = store("json-lines", "source");
        for (const std::string& format : _formats) {
            write("target.lock", "precious\n");
            refuses({"convert", source, "--to", format, path("target")}, 74, "target.lock is no lock file");
            CPPUNIT_ASSERT_EQUAL(std::string("precious\n"), read(path("target.lock")));
        }
        // It says nothing of the store, which can still be read.
        write("source.lock", "precious\n");
        did({"stats", source});
        CPPUNIT_ASSERT_EQUAL(std::string("precious\n"), read(path("source.lock")));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(RegistryFaultTest);

} // namespace waymark::toolkit::stores
