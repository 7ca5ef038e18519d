#include <waymark/testkit/Process.h>
#include <waymark/testkit/Rest.h>
#include <waymark/testkit/TemporaryFolder.h>

#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

namespace waymark::integration
{

using testkit::Process;

/// The installed waymarkd with a registry from outside of its tree, told about it by a properties file alone.
class OutOfTreeTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(OutOfTreeTest);
    CPPUNIT_TEST(acceptsTheConfiguration);
    CPPUNIT_TEST(nothingInstalledKnowsWhereItWasBuilt);
    CPPUNIT_TEST(documentsShowTheFirstTestAsItIs);
    CPPUNIT_TEST(keepsAPeerInTheFileOverARestart);
    CPPUNIT_TEST(itsFileBecomesADatabaseAndBack);
    CPPUNIT_TEST_SUITE_END();

    testkit::TemporaryFolder _folder;
    std::string _config = (_folder.path() / "bootnode.properties").string();

public:
    void setUp() override
    {
        std::ofstream(_config) << "waymark.plugins = registry-jsonfile, http-api\n"
                                  "waymark.plugin-path = " PLUGIN_FOLDER ", " INSTALLED_PLUGINS "\n"
                                  "waymark.state-dir = state\n"
                                  "http-api.listen = 127.0.0.1:0\n";
    }

private:
    /// Where the daemon's API is, once it listens.
    static std::string url(Process& daemon)
    {
        const std::string line = daemon.expectLine("url=http");
        const std::size_t begin = line.find("url=") + 4;
        return line.substr(begin, line.find_first_of(" \"", begin) - begin);
    }

    static void assertExits(Process& process, int code)
    {
        const int exited = process.waitForExit().value_or(-1);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(process.output(), code, exited);
    }

    void acceptsTheConfiguration()
    {
        Process check(INSTALLED_DAEMON, {"--config", _config, "--check-config"});
        assertExits(check, 0);
        Process wrong(INSTALLED_DAEMON,
                      {"--config", _config, "--check-config", "--set", "registry-jsonfile.fiel=x"});
        assertExits(wrong, 78);
        CPPUNIT_ASSERT(wrong.output().find("registry-jsonfile.file") != std::string::npos);
    }

    static std::string contentOf(const std::string& file)
    {
        std::ifstream in(WAYMARK_SOURCE_DIR "/" + file, std::ios::binary);
        std::string content{std::istreambuf_iterator<char>(in), {}};
        CPPUNIT_ASSERT_MESSAGE(file, !content.empty());
        return content;
    }

    static void assertShows(const std::string& document, const std::string& language, const std::string& code)
    {
        CPPUNIT_ASSERT_MESSAGE(document + " shows something else than:\n" + code,
                               contentOf(document).find("```" + language + '\n' + code + "```\n") !=
                                   std::string::npos);
    }

    void documentsShowTheFirstTestAsItIs()
    {
        assertShows("docs/testing.md", "cpp", contentOf("examples/first-test/FirstTest.cpp"));
        assertShows("docs/testing.md", "cpp", contentOf("examples/first-test/DiskTest.cpp"));
        assertShows("docs/testing.md", "cmake", contentOf("examples/first-test/CMakeLists.txt"));
        const std::string whole = contentOf("examples/first-test/DiskTest.cpp");
        const std::string opening = "// [ten lines]\n", indent = "        ";
        const std::size_t begin = whole.find(opening) + opening.size();
        std::istringstream lines(whole.substr(begin, whole.find(indent + "// [end]") - begin));
        std::string shown;
        for (std::string line; std::getline(lines, line);)
            shown += line.substr(indent.size()) + '\n';
        CPPUNIT_ASSERT(std::ranges::count(shown, '\n') > 5);
        assertShows("docs/testing/faults.md", "cpp", shown);
    }

    /// Where it was installed to does not count, though that lies below where it was built: units name their
    /// programs.
    static bool mentions(const std::filesystem::path& file, std::string_view text)
    {
        std::ifstream in(file, std::ios::binary);
        const std::string content{std::istreambuf_iterator<char>(in), {}};
        CPPUNIT_ASSERT_MESSAGE(file.string(), !content.empty());
        const std::string_view prefix = INSTALLED_PREFIX "/";
        for (std::size_t at = content.find(text); at != std::string::npos; at = content.find(text, at + 1))
            if (content.compare(at, prefix.size(), prefix) != 0)
                return true;
        return false;
    }

    void nothingInstalledKnowsWhereItWasBuilt()
    {
        std::size_t files = 0;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(INSTALLED_PREFIX)) {
            if (!entry.is_regular_file())
                continue;
            ++files;
            for (const char* const folder : {WAYMARK_SOURCE_DIR, WAYMARK_BUILD_DIR})
                CPPUNIT_ASSERT_MESSAGE(entry.path().string() + " mentions " + folder,
                                       !mentions(entry.path(), folder));
        }
        CPPUNIT_ASSERT(files > 10);
        // This program does know.
        CPPUNIT_ASSERT(mentions("/proc/self/exe", WAYMARK_BUILD_DIR));
    }

    void keepsAPeerInTheFileOverARestart()
    {
        // The generator point: the public key of the number 1.
        const std::string id = "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
                               "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8";
        {
            Process daemon(INSTALLED_DAEMON, {"--config", _config});
            const auto answer =
                testkit::Rest(url(daemon))
                    .post("/peers", R"({"id": ")" + id + R"(", "ip": "10.1.2.3", "tcp_port": 4000})");
            CPPUNIT_ASSERT_EQUAL_MESSAGE(answer.body, 201, answer.status);
            daemon.signal(SIGKILL);
            CPPUNIT_ASSERT(daemon.waitForExit().has_value());
        }
        std::ifstream file(_folder.path() / "state" / "registry.json");
        const std::string text{std::istreambuf_iterator<char>(file), {}};
        CPPUNIT_ASSERT_MESSAGE(text, text.find(id) != std::string::npos);
        CPPUNIT_ASSERT_MESSAGE(text, text.find("10.1.2.3") != std::string::npos);

        Process daemon(INSTALLED_DAEMON, {"--config", _config});
        const auto answer = testkit::Rest(url(daemon)).get("/peers/" + id);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(answer.body, 200, answer.status);
        CPPUNIT_ASSERT_MESSAGE(answer.body, answer.body.find("10.1.2.3") != std::string::npos);
        daemon.signal(SIGTERM);
        assertExits(daemon, 0);
    }

    /// `waymark registry`, which learns of the format from the plugin alone.
    std::string registry(std::vector<std::string> words) const
    {
        words.insert(words.begin(), {"--plugin-path", PLUGIN_FOLDER, "registry"});
        Process process(INSTALLED_COMMANDS, words);
        assertExits(process, 0);
        return process.output();
    }

    void itsFileBecomesADatabaseAndBack()
    {
        const std::string lines =
            _folder
                .write("peers.jsonl", "{\"type\":\"registry\",\"version\":1,"
                                      "\"revision\":\"9e3779b97f4a7c15-17\"}\n"
                                      "{\"type\":\"claim\",\"peer\":\"addr:a\",\"origin\":\"api\","
                                      "\"addresses\":[],\"ttl\":\"60.000000001\","
                                      "\"expires_at\":\"2026-09-21T14:13:20.000000002Z\"}\n"
                                      "{\"type\":\"end\"}\n")
                .string();
        std::filesystem::create_directory(_folder.path() / "state");
        registry({"import", "--in", lines, "--config", _config});
        const std::string before = registry({"export", "--config", _config});
        CPPUNIT_ASSERT(before.find("\"ttl\":\"60.000000001\"") != std::string::npos);
        const std::string json = (_folder.path() / "state" / "registry.json").string();
        const std::string database = (_folder.path() / "registry.db").string();
        const std::string back = (_folder.path() / "back.json").string();
        registry({"convert", json, "--to", "sqlite", database});
        registry({"convert", database, "--to", "json-file", back});
        CPPUNIT_ASSERT_EQUAL(before, registry({"export", database}));
        CPPUNIT_ASSERT_EQUAL(before, registry({"export", back}));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(OutOfTreeTest);

} // namespace waymark::integration
