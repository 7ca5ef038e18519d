#include <waymark/testkit/Process.h>
#include <waymark/testkit/Rest.h>
#include <waymark/testkit/TemporaryFolder.h>

#include <cppunit/extensions/HelperMacros.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

namespace waymark::integration
{

using testkit::Process;

/// What `waymark plugin new` of an installed Waymark wrote, as it was built: the installed programs take it.
class NewPluginTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(NewPluginTest);
    CPPUNIT_TEST(inspectionSaysThatTheyAreAccepted);
    CPPUNIT_TEST(theServiceAnswersOverHttp);
    CPPUNIT_TEST(theRegistryKeepsThePeersOfTheBootnode);
    CPPUNIT_TEST(theCommandRuns);
    CPPUNIT_TEST(theSamplesAreTaken);
    CPPUNIT_TEST_SUITE_END();

    static constexpr const char* enode =
        "enode://"
        "ca634cae0d49acb401d8a4c6b6fe8c55b70d115bf400769cc1400f3258cd31387574077f301b421bc84df7266c44e9e6"
        "d569fc56be00812904767bf5ccd1fc7f@203.0.113.7:30303";

    /// By kind; CMakeLists.txt has them made.
    const std::map<std::string, std::string> _names{
        {"service", "health"}, {"command", "errno"}, {"registry", "stored-registry"}};

    testkit::TemporaryFolder _folder;
    std::string _said; ///< by the daemon that was asked

    static std::string buildOf(const std::string& kind) { return NEW_PLUGINS "/" + kind + "/build"; }

    static std::string outputOf(const std::string& program, const std::vector<std::string>& words)
    {
        Process process(program, words);
        const int code = process.waitForExit().value_or(-1);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(process.output(), 0, code);
        return process.output();
    }
    static void assertContains(const std::string& text, const std::string& part)
    {
        CPPUNIT_ASSERT_MESSAGE("'" + part + "' is missing in: " + text, text.find(part) != std::string::npos);
    }

    /// The daemon with the plugin of a kind, asked once it listens.
    testkit::RestAnswer ask(const std::string& kind, const std::string& lines, const std::string& path)
    {
        const std::string file = _folder
                                     .write("test.properties", "waymark.plugin-path = " + buildOf(kind) +
                                                                   "\nwaymark.state-dir = state\n"
                                                                   "http-api.listen = 127.0.0.1:0\n" +
                                                                   lines)
                                     .string();
        Process daemon(INSTALLED_DAEMON, {"--config", file});
        const std::string line = daemon.expectLine("url=http");
        const std::size_t begin = line.find("url=") + 4;
        auto answer = testkit::Rest(line.substr(begin, line.find_first_of(" \"", begin) - begin)).get(path);
        daemon.signal(SIGTERM);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(daemon.output(), 0, daemon.waitForExit().value_or(-1));
        _said = daemon.output();
        return answer;
    }

    void inspectionSaysThatTheyAreAccepted()
    {
        for (const auto& [kind, name] : _names) {
            const std::string file = buildOf(kind) + '/' + name + ".so";
            assertContains(outputOf(INSTALLED_COMMANDS, {"plugin", "inspect", file}), "name\t" + name + '\n');
        }
    }

    void theServiceAnswersOverHttp()
    {
        const auto answer = ask(
            "service", "waymark.plugins = health, registry-memory, http-api\nhealth.greeting = good day\n",
            "/plugins/health/you");
        CPPUNIT_ASSERT_EQUAL(std::string("good day, you\n"), answer.body);
    }

    void theRegistryKeepsThePeersOfTheBootnode()
    {
        const std::string peers = _folder.write("peers.txt", std::string(enode) + '\n').string();
        const auto answer = ask(
            "registry",
            "waymark.plugins = stored-registry, http-api\nstored-registry.peers = " + peers + '\n', "/peers");
        CPPUNIT_ASSERT_EQUAL(200, answer.status);
        assertContains(answer.body, "\"origins\":[\"file\"]");
        assertContains(answer.body, enode);
        // What is registered is not kept in that file.
        assertContains(_said, "stored-registry.loaded file=" + peers + " peers=1");
        assertContains(_said, "location=memory");
    }

    void theCommandRuns()
    {
        const std::string path = buildOf("command");
        assertContains(outputOf(INSTALLED_COMMANDS, {"--plugin-path", path, "errno", "show", enode}),
                       "203.0.113.7");
        Process wrong(INSTALLED_COMMANDS, {"--plugin-path", path, "errno", "show", "enode://1"});
        CPPUNIT_ASSERT_EQUAL(65, wrong.waitForExit().value_or(-1));
    }

    void theSamplesAreTaken()
    {
        for (const auto& [kind, name] : _names) {
            const std::string sample = std::string(NEW_PLUGINS) + '/' + kind + '/' + name + ".properties";
            outputOf(INSTALLED_DAEMON, {"--config", sample, "--check-config"});
        }
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(NewPluginTest);

} // namespace waymark::integration
