#include "NotifySocket.h"

#include <waymark/testkit/Process.h>
#include <waymark/testkit/TemporaryFolder.h>

#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>
#include <string>
#include <sys/stat.h>
#include <vector>

namespace waymark::daemon
{

using testkit::Process;

class DaemonTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(DaemonTest);
    CPPUNIT_TEST(terminateAndInterruptEndWithZero);
    CPPUNIT_TEST(secondSignalForces);
    CPPUNIT_TEST(repeatedSignalIsOneRequest);
    CPPUNIT_TEST(faultsAreNotCaught);
    CPPUNIT_TEST(signalWhileStartingIsRemembered);
    CPPUNIT_TEST(secondSignalWhileStartingForces);
    CPPUNIT_TEST(hangUpReloadsOrSaysWhyNot);
    CPPUNIT_TEST(serviceManagerIsToldOfEveryStep);
    CPPUNIT_TEST(watchdogIsFed);
    CPPUNIT_TEST(wrongUsageEndsWith64);
    CPPUNIT_TEST(everyConfigurationProblemIsListed);
    CPPUNIT_TEST(missingFileIsOneLine);
    CPPUNIT_TEST(checkConfigStartsNothing);
    CPPUNIT_TEST(problemsBreakOnATerminalAlone);
    CPPUNIT_TEST(printedDefaultsAreAConfiguration);
    CPPUNIT_TEST(secondDaemonOnAStateDirectoryEndsWith75);
    CPPUNIT_TEST(failedStartIsToldByTheLog);
    CPPUNIT_TEST(printedConfigurationHidesSecrets);
    CPPUNIT_TEST(referenceInDocsIsTheGeneratedOne);
    CPPUNIT_TEST(jsonSchemaCoversEveryPlugin);
    CPPUNIT_TEST(openKeyFileEndsWith77);
    CPPUNIT_TEST(bannerIsPrintedWhenAskedFor);
    CPPUNIT_TEST(jsonLogHoldsRefusalsToo);
    CPPUNIT_TEST(versionTellsAbiAndBuildTag);
    CPPUNIT_TEST_SUITE_END();

    static constexpr const char* program = WAYMARK_BUILD_DIR "/bin/waymarkd";

    testkit::TemporaryFolder _folder;

    std::string write(const std::string& more, const std::string& plugins = "good") const
    {
        const auto config = _folder.path() / "daemon.properties";
        std::ofstream(config) << "waymark.plugins = " << plugins << "\nwaymark.plugin-path = "
                              << WAYMARK_BUILD_DIR "/bad-plugins\nwaymark.state-dir = state\n"
                              << more;
        return config.string();
    }

    /// Output and exit code of a run that ends by itself.
    static std::pair<std::string, int> run(const std::vector<std::string>& arguments)
    {
        Process process(program, arguments);
        const auto code = process.waitForExit();
        CPPUNIT_ASSERT_MESSAGE(process.output(), code.has_value());
        return {process.output(), *code};
    }

    static void assertContains(const std::string& text, const std::string& part)
    {
        CPPUNIT_ASSERT_MESSAGE("'" + part + "' is missing in: " + text, text.find(part) != std::string::npos);
    }

    void terminateAndInterruptEndWithZero()
    {
        for (const int signal : {SIGTERM, SIGINT}) {
            Process process(program, {"--config", write("")});
            process.expectLine("host.ready");
            process.signal(signal);
            CPPUNIT_ASSERT_EQUAL(0, process.waitForExit().value());
            assertContains(process.output(), "host.stopped");
        }
    }

    void secondSignalForces()
    {
        Process process(program, {"--config", write("waymark.stop-timeout = 1h\n", "hanging-stop")});
        process.expectLine("host.ready");
        process.signal(SIGTERM);
        process.expectLine("host.stopping");
        insist(process);
    }

    /// Signals until the process gives up: what comes right after the first one counts as the same request.
    static void insist(Process& process)
    {
        const auto until = std::chrono::steady_clock::now() + Process::patience;
        while (!process.waitForExit(std::chrono::milliseconds(50)) &&
               std::chrono::steady_clock::now() < until)
            process.signal(SIGTERM);
        process.expectLine("host.forced");
        CPPUNIT_ASSERT_EQUAL(70, process.waitForExit().value());
    }

    /// A core is dumped where it happened, or a sanitizer tells of it.
    void faultsAreNotCaught()
    {
        for (const int fault : {SIGSEGV, SIGBUS, SIGILL}) {
            Process process(program, {"--config", write("")});
            process.expectLine("host.ready");
            process.signal(fault);
            const int code = process.waitForExit().value();
            const bool isReported = process.output().find("Sanitizer") != std::string::npos;
            CPPUNIT_ASSERT_MESSAGE(std::to_string(code) + process.output(),
                                   code == 128 + fault || isReported);
        }
    }

    void repeatedSignalIsOneRequest()
    {
        Process process(program, {"--config", write("")});
        process.expectLine("host.ready");
        process.signal(SIGSTOP); // it finds both at once, however late it runs
        process.signal(SIGTERM);
        process.signal(SIGINT);
        process.signal(SIGCONT);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(process.output(), 0, process.waitForExit().value());
    }

    std::filesystem::path makeFifo() const
    {
        const auto fifo = _folder.path() / "fifo";
        constexpr mode_t ownerOnly = 0600;
        CPPUNIT_ASSERT_EQUAL(0, ::mkfifo(fifo.c_str(), ownerOnly));
        return fifo;
    }

    void signalWhileStartingIsRemembered()
    {
        const auto fifo = makeFifo();
        Process process(program, {"--config", write("slow-start.until = fifo\n", "slow-start")});
        process.expectLine("slow.starting");
        process.signal(SIGTERM);
        std::ofstream(fifo) << "now";
        CPPUNIT_ASSERT_EQUAL(0, process.waitForExit().value());
        assertContains(process.output(), "host.stopped");
    }

    void secondSignalWhileStartingForces()
    {
        makeFifo();
        Process process(program, {"--config", write("slow-start.until = fifo\n", "slow-start")});
        process.expectLine("slow.starting");
        process.signal(SIGINT);
        insist(process);
    }

    void hangUpReloadsOrSaysWhyNot()
    {
        Process process(program, {"--config", write("good.level = 1\n")});
        process.expectLine("host.ready");
        write("good.level = 2\n");
        process.signal(SIGHUP);
        process.expectLine("config.reloaded changed=good.level");
        write("good.level = 11\ngood.fixed = other\n");
        process.signal(SIGHUP);
        process.expectLine("config.reload_refused");
        assertContains(process.output(), "'11' is out of range");
        assertContains(process.output(), "key=good.fixed");
        process.signal(SIGTERM);
        CPPUNIT_ASSERT_EQUAL(0, process.waitForExit().value());
    }

    void serviceManagerIsToldOfEveryStep()
    {
        for (const std::string& name :
             {(_folder.path() / "notify").string(), "@waymark-test-" + _folder.path().filename().string()}) {
            const NotifySocket manager(name);
            Process process(program, {"--config", write("waymark.stop-timeout = 2m\n")},
                            {{"NOTIFY_SOCKET", name}});
            assertContains(manager.expect("READY=1"), "STATUS=running good");
            process.signal(SIGHUP);
            assertContains(manager.expect("RELOADING=1"), "MONOTONIC_USEC=");
            assertContains(manager.expect("READY=1"), "reloaded");
            process.signal(SIGTERM);
            // Two minutes, one second until a plugin is said to hang, five to end.
            assertContains(manager.expect("STOPPING=1"), "EXTEND_TIMEOUT_USEC=126000000");
            CPPUNIT_ASSERT_EQUAL(0, process.waitForExit().value());
        }
    }

    void watchdogIsFed()
    {
        const NotifySocket manager((_folder.path() / "watchdog").string());
        Process process(program, {"--config", write("")},
                        {{"NOTIFY_SOCKET", manager.name()}, {"WATCHDOG_USEC", "10000000"}});
        manager.expect("WATCHDOG=1");
        manager.expect("WATCHDOG=1");
        process.signal(SIGTERM);
        CPPUNIT_ASSERT_EQUAL(0, process.waitForExit().value());
    }

    void wrongUsageEndsWith64()
    {
        const std::vector<std::vector<std::string>> wrong{{},
                                                          {"--config"},
                                                          {"--nonsense"},
                                                          {"stray"},
                                                          {"--config", "x", "--set", "novalue"},
                                                          {"--config", "x", "--print-config=pdf"},
                                                          {"--daemon"}};
        for (const auto& arguments : wrong) {
            const auto [output, code] = run(arguments);
            CPPUNIT_ASSERT_EQUAL_MESSAGE(output, 64, code);
            assertContains(output, "waymarkd --help");
        }
    }

    void everyConfigurationProblemIsListed()
    {
        const std::string config = write("good.levle = 1\ngood.level = many\ngood.level = 2\n"
                                         "node.external-ip = 0.0.0.0\nno-such-plugin.x = 1\n");
        const auto [output, code] = run({"--config", config, "--set", "waymark.log.level=loud"});
        CPPUNIT_ASSERT_EQUAL(78, code);
        for (const std::string& part :
             {config + ":4: good.levle: no such key; did you mean good.level?",
              config + ":5: good.level: 'many'",
              config + ":6: good.level: stands here a second time, first in line 5",
              config + ":7: node.external-ip: '0.0.0.0'", config + ":8: no-such-plugin.x: ",
              std::string("command line (--set): waymark.log.level: 'loud'")})
            assertContains(output, part);
    }

    void missingFileIsOneLine()
    {
        const auto [output, code] = run({"--config", "/nonexistent.properties"});
        CPPUNIT_ASSERT_EQUAL(78, code);
        CPPUNIT_ASSERT_EQUAL(
            std::string("waymarkd: /nonexistent.properties: cannot be read: No such file or directory\n"),
            output);
        assertContains(run({"--config", write(""), "--set", "foo=bar"}).first,
                       "waymarkd: command line (--set): foo: no such key: every key is PREFIX.NAME");
    }

    void problemsBreakOnATerminalAlone()
    {
        const std::string config = write("good.levle = 3 and some more words so that eighty columns are "
                                         "not enough for all of them, by far\nno-such-plugin.x = 1\n");
        const std::string command = std::string(program) + " --check-config --config " + config;
        const auto shell = [](const std::string& script) {
            Process process("/bin/bash", {"--norc", "-c", script});
            CPPUNIT_ASSERT_MESSAGE(script, process.waitForExit().has_value());
            return process.output();
        };
        const std::string piped = shell(command + " 2>&1");
        CPPUNIT_ASSERT_EQUAL_MESSAGE(piped, std::ptrdiff_t{2}, std::ranges::count(piped, '\n'));
        // script(1) gives it a terminal, of which stty sets the width.
        const std::string shown = shell("script -qec 'stty cols 80; " + command + "' /dev/null");
        std::istringstream lines(shown);
        for (std::string line; std::getline(lines, line);)
            CPPUNIT_ASSERT_MESSAGE(line, line.size() <= 81); // with the carriage return
        std::string joined = shown;
        for (std::size_t end = joined.find("\r\n  "); end != std::string::npos; end = joined.find("\r\n  "))
            joined.replace(end, 4, " ");
        std::erase(joined, '\r');
        CPPUNIT_ASSERT_EQUAL(piped, joined);
    }

    void printedDefaultsAreAConfiguration()
    {
        const auto printed = _folder.path() / "sub" / "printed.properties";
        std::filesystem::create_directory(printed.parent_path());
        for (const auto& arguments : std::vector<std::vector<std::string>>{
                 {"--print-config=default"}, {"--config", write(""), "--print-config=default"}}) {
            const auto [output, code] = run(arguments);
            CPPUNIT_ASSERT_EQUAL_MESSAGE(output, 0, code);
            std::ofstream(printed) << output;
            const auto [checked, verdict] = run({"--config", printed.string(), "--check-config"});
            CPPUNIT_ASSERT_EQUAL_MESSAGE(checked, 0, verdict);
            // Relative, it would name another file once the comment sign is taken away.
            assertContains(output, "\n#node.key = /");
        }
    }

    void secondDaemonOnAStateDirectoryEndsWith75()
    {
        const std::string config = write("node.key = ephemeral\n");
        Process first(program, {"--config", config});
        first.expectLine("host.ready");
        const auto [output, code] = run({"--config", config});
        CPPUNIT_ASSERT_EQUAL_MESSAGE(output, 75, code);
        assertContains(output, config + ":3: waymark.state-dir: the state directory " +
                                   (_folder.path() / "state").string() +
                                   " is in use by another waymarkd (process " + std::to_string(first.pid()) +
                                   ')');
        CPPUNIT_ASSERT_EQUAL(0, run({"--config", config, "--check-config"}).second);
        first.signal(SIGKILL);
        first.waitForExit();
        Process next(program, {"--config", config});
        next.expectLine("host.ready");
    }

    void failedStartIsToldByTheLog()
    {
        const auto [output, code] = run({"--config", write("", "good, busy-address")});
        CPPUNIT_ASSERT_EQUAL(69, code);
        const std::size_t refused = output.find("Z error   host host.refused: plugin busy-address ");
        CPPUNIT_ASSERT_MESSAGE(output, refused != std::string::npos && refused < output.find("host.stopped"));
        CPPUNIT_ASSERT_MESSAGE(output, output.find("waymarkd: ") == std::string::npos);
    }

    void checkConfigStartsNothing()
    {
        const auto [output, code] = run({"--config", write("", "good, throws-in-start"), "--check-config"});
        CPPUNIT_ASSERT_EQUAL_MESSAGE(output, 0, code);
        CPPUNIT_ASSERT(!std::filesystem::exists(_folder.path() / "state"));
        CPPUNIT_ASSERT_EQUAL(78, run({"--config", write("x = y\n"), "--check-config"}).second);
        CPPUNIT_ASSERT_EQUAL(78, run({"--config", "/nonexistent.properties", "--check-config"}).second);
    }

    void printedConfigurationHidesSecrets()
    {
        const auto [output, code] = run({"--config", write("good.token = hunter2\n"), "--print-config"});
        CPPUNIT_ASSERT_EQUAL(0, code);
        CPPUNIT_ASSERT(output.find("hunter2") == std::string::npos);
        assertContains(output, "good.token = ***");
        assertContains(run({"--config", write(""), "--print-config=default"}).first, "#good.level = 5");
    }

    void referenceInDocsIsTheGeneratedOne()
    {
        std::ifstream file(WAYMARK_SOURCE_DIR "/docs/configuration.md");
        const std::string written{std::istreambuf_iterator<char>(file), {}};
        const auto [generated, code] = run({"--print-config=markdown"});
        CPPUNIT_ASSERT_EQUAL(0, code);
        CPPUNIT_ASSERT_MESSAGE("waymarkd --print-config=markdown > docs/configuration.md mends it",
                               written == generated);
        CPPUNIT_ASSERT_MESSAGE("help lines end without a full stop",
                               generated.find(". |") == std::string::npos);
    }

    void jsonSchemaCoversEveryPlugin()
    {
        const auto [output, code] = run({"--print-config=json-schema"});
        CPPUNIT_ASSERT_EQUAL(0, code);
        for (const char* const key :
             {"waymark.plugins", "node.key", "http-api.listen", "registry-sqlite.file"})
            assertContains(output, '"' + std::string(key) + '"');
    }

    void openKeyFileEndsWith77()
    {
        const auto key = _folder.path() / "open.key";
        std::ofstream(key) << std::string(64, '1');
        std::filesystem::permissions(key, std::filesystem::perms(0644));
        const auto [output, code] = run({"--config", write("node.key = open.key\n")});
        CPPUNIT_ASSERT_EQUAL(77, code);
        assertContains(output, "chmod");
        CPPUNIT_ASSERT(output.find("1111") == std::string::npos);
    }

    void bannerIsPrintedWhenAskedFor()
    {
        Process process(program, {"--config", write("waymark.banner = true\n")});
        process.expectLine("Waymark is ready.");
        process.signal(SIGTERM);
        CPPUNIT_ASSERT_EQUAL(0, process.waitForExit().value());
    }

    void jsonLogHoldsRefusalsToo()
    {
        const auto [output, code] =
            run({"--config", write("waymark.log.format = json\n", "good, busy-address")});
        CPPUNIT_ASSERT_EQUAL(69, code);
        assertContains(output, "\"event\":\"host.refused\"");
        CPPUNIT_ASSERT(output.find("waymarkd: ") == std::string::npos);
    }

    void versionTellsAbiAndBuildTag()
    {
        const auto [output, code] = run({"--version"});
        CPPUNIT_ASSERT_EQUAL(0, code);
        assertContains(output, "plugin ABI ");
        assertContains(output, "libPocoFoundation");
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(DaemonTest);

} // namespace waymark::daemon
