#include <waymark/testkit/Process.h>
#include <waymark/testkit/TemporaryFolder.h>

#include <cppunit/extensions/HelperMacros.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace bad
{

using waymark::testkit::Process;

/// Runs the real daemon on each of the plugins: a clear line, the right exit code, and an end.
class BadPluginsTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(BadPluginsTest);
    CPPUNIT_TEST(goodPluginRuns);
    CPPUNIT_TEST(wrongMagicIsRefused);
    CPPUNIT_TEST(wrongAbiNamesBothSides);
    CPPUNIT_TEST(wrongBuildTagNamesBothSides);
    CPPUNIT_TEST(namesOfTheHostAreRefused);
    CPPUNIT_TEST(aKeyThatIsDeclaredTwiceIsNamed);
    CPPUNIT_TEST(libraryWithoutClassIsRefused);
    CPPUNIT_TEST(libraryWithoutManifestIsRefused);
    CPPUNIT_TEST(textFileIsRefused);
    CPPUNIT_TEST(truncatedPluginIsRefused);
    CPPUNIT_TEST(missingFileNamesTheFolders);
    CPPUNIT_TEST(missingSymbolIsRefused);
    CPPUNIT_TEST(throwingStaticConstructorIsNamed);
    CPPUNIT_TEST(throwingConstructorIsNamed);
    CPPUNIT_TEST(throwInConfigureIsNamed);
    CPPUNIT_TEST(throwInProvideAndWireIsNamed);
    CPPUNIT_TEST(throwInReloadIsARefusal);
    CPPUNIT_TEST(throwInStartStopsTheOthers);
    CPPUNIT_TEST(startErrorChoosesTheExitCode);
    CPPUNIT_TEST(duplicateNameIsRefused);
    CPPUNIT_TEST(missingNeedNamesWhoWouldMeetIt);
    CPPUNIT_TEST(cycleNamesBothSides);
    CPPUNIT_TEST(twoRegistriesAreRefusedUnopened);
    CPPUNIT_TEST(twoProvidersOfAForeignServiceAreRefused);
    CPPUNIT_TEST(undeclaredServiceIsRefused);
    CPPUNIT_TEST(brokenPromiseIsRefused);
    CPPUNIT_TEST(hangingStopEndsWith70);
    CPPUNIT_TEST(hangingPhaseEndsWithTheSecondSignal);
    CPPUNIT_TEST(hangingReloadEndsWithTheSecondSignal);
    CPPUNIT_TEST(allRefusalsComeTogether);
    CPPUNIT_TEST_SUITE_END();

    static constexpr const char* plugins = WAYMARK_BUILD_DIR "/bad-plugins";
    static constexpr const char* daemon = WAYMARK_BUILD_DIR "/bin/waymarkd";

    waymark::testkit::TemporaryFolder _folder;

    std::vector<std::string> arguments(const std::string& list, const std::string& pluginPath) const
    {
        const auto config = _folder.path() / "bad.properties";
        std::ofstream(config) << "waymark.plugins = " << list << "\nwaymark.state-dir = state\n"
                              << "waymark.log.level = debug\nnode.key = ephemeral\n";
        return {"--config", config.string(), "--plugin-path", pluginPath};
    }

    /// Runs the daemon to its end; its output has every one of `parts`.
    void expectRefusal(const std::string& list, int code, const std::vector<std::string>& parts,
                       const std::string& pluginPath = plugins) const
    {
        Process process(daemon, arguments(list, pluginPath));
        const auto ended = process.waitForExit();
        const std::string output = process.output();
        CPPUNIT_ASSERT_MESSAGE("it still runs: " + output, ended.has_value());
        CPPUNIT_ASSERT_EQUAL_MESSAGE(output, code, *ended);
        for (const std::string& part : parts)
            CPPUNIT_ASSERT_MESSAGE("'" + part + "' is missing in: " + output,
                                   output.find(part) != std::string::npos);
        CPPUNIT_ASSERT_EQUAL_MESSAGE("something is left running", 0, runningWith(_folder.path().string()));
    }

    /// How many processes have `text` in their command lines. One that ends meanwhile is an unreadable file
    /// here: the stream is asked, since iterators over its buffer throw then.
    static int runningWith(const std::string& text)
    {
        int count = 0;
        for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
            std::ifstream commandLine(entry.path() / "cmdline");
            std::ostringstream words;
            words << commandLine.rdbuf();
            count += words.str().find(text) == std::string::npos ? 0 : 1;
        }
        return count;
    }

    static std::string file(const std::string& name) { return std::string(plugins) + '/' + name + ".so"; }

    void goodPluginRuns()
    {
        Process process(daemon, arguments("good", plugins));
        process.expectLine("host host.ready plugins=good");
        CPPUNIT_ASSERT_EQUAL(1, runningWith(_folder.path().string()));
        process.signal(SIGTERM);
        CPPUNIT_ASSERT_EQUAL(0, process.waitForExit().value());
    }

    void wrongMagicIsRefused()
    {
        expectRefusal("wrong-magic", 78,
                      {"bad.properties:1: waymark.plugins: ", file("wrong-magic"), "magic"});
    }

    void wrongAbiNamesBothSides()
    {
        expectRefusal("wrong-abi", 78, {file("wrong-abi"), "plugin ABI 4711", "this host has ABI"});
    }

    void wrongBuildTagNamesBothSides()
    {
        expectRefusal("wrong-build-tag", 78,
                      {file("wrong-build-tag"), "'libc++,libPocoFoundation.so.1,sanitizer=none'",
                       "this host with 'libstdc++"});
    }

    void namesOfTheHostAreRefused()
    {
        for (const std::string entry : {"called-node", "other:called-node"})
            expectRefusal(entry, 78,
                          {file("called-node"), "is refused: its name node is that of the host's own keys"});
        expectRefusal("good, provides-timers", 78,
                      {file("provides-timers"),
                       "is refused: it provides service timers, which the host itself provides"});
    }

    void aKeyThatIsDeclaredTwiceIsNamed()
    {
        expectRefusal("declares-twice", 78,
                      {file("declares-twice"), "schema failed: option level: declared twice"});
    }

    void libraryWithoutClassIsRefused()
    {
        expectRefusal("no-class", 78, {file("no-class"), "No manifest in"});
    }

    void libraryWithoutManifestIsRefused()
    {
        expectRefusal("no-manifest", 78, {file("no-manifest"), "without a manifest of Waymark"});
    }

    void textFileIsRefused()
    {
        std::ofstream(_folder.path() / "text.so") << "this is no library\n";
        expectRefusal("text", 78, {"text.so", "not an ELF file"}, _folder.path().string());
    }

    void truncatedPluginIsRefused()
    {
        const auto copy = _folder.path() / "good.so";
        std::filesystem::copy_file(file("good"), copy);
        // Within the header, and behind the manifest.
        for (const std::uintmax_t size : {100, 8'192}) {
            std::filesystem::copy_file(file("good"), copy, std::filesystem::copy_options::overwrite_existing);
            std::filesystem::resize_file(copy, size);
            expectRefusal("good", 78, {copy.string(), "cut off"}, _folder.path().string());
        }
    }

    void missingFileNamesTheFolders()
    {
        expectRefusal("goood", 78, {"there is no goood.so in ", plugins, "did you mean good?"});
    }

    void missingSymbolIsRefused()
    {
        expectRefusal("good, missing-symbol", 78, {file("missing-symbol"), "definedNowhere"});
    }

    void throwingStaticConstructorIsNamed()
    {
        expectRefusal(
            "good, throwing-static", 78,
            {file("throwing-static"), "a static constructor threw: thrown by a static constructor"});
    }

    void throwingConstructorIsNamed()
    {
        expectRefusal("throwing-constructor", 78,
                      {file("throwing-constructor"), "thrown by the constructor"});
        expectRefusal("throwing-number", 78, {file("throwing-number"), "no std::exception"});
    }

    void throwInConfigureIsNamed()
    {
        expectRefusal("throws-in-configure", 78,
                      {file("throws-in-configure"), "configure failed: thrown by configure"});
    }

    void throwInProvideAndWireIsNamed()
    {
        for (const std::string phase : {"provide", "wire"}) {
            Process process(daemon, throwingIn(phase));
            CPPUNIT_ASSERT_EQUAL_MESSAGE(process.output(), 70, process.waitForExit().value());
            process.expectLine(file("throws-later") + "): " + phase + " failed: thrown by " + phase);
        }
    }

    void throwInReloadIsARefusal()
    {
        Process process(daemon, throwingIn("reload"));
        process.expectLine("host.ready");
        process.signal(SIGHUP);
        process.expectLine("reload failed: thrown by reload");
        process.signal(SIGTERM);
        CPPUNIT_ASSERT_EQUAL(0, process.waitForExit().value());
    }

    std::vector<std::string> throwingIn(const std::string& phase) const
    {
        auto words = arguments("good, throws-later", plugins);
        words.insert(words.end(), {"--set", "throws-later.in=" + phase});
        return words;
    }

    void throwInStartStopsTheOthers()
    {
        expectRefusal("good, throws-in-start", 70,
                      {"plugin.started plugin=good", file("throws-in-start"), "start failed: thrown by start",
                       "plugin.stopped plugin=good"});
    }

    void startErrorChoosesTheExitCode()
    {
        expectRefusal("good, busy-address", 69, {"127.0.0.1:1 is in use", "plugin.stopped plugin=good"});
    }

    void duplicateNameIsRefused() { expectRefusal("good, good", 78, {"the name good stands twice"}); }

    void missingNeedNamesWhoWouldMeetIt()
    {
        expectRefusal("missing-need", 78,
                      {file("missing-need"), "needs service test-single",
                       "add one of these to waymark.plugins: broken-promise, single-one, single-two\n",
                       "needs service test-unheard-of", "no installed plugin provides it"});
    }

    void cycleNamesBothSides()
    {
        expectRefusal(
            "cycle-a, cycle-b", 78,
            {"in a circle", file("cycle-a") + ") needs test-b", file("cycle-b") + ") needs test-a"});
    }

    void twoRegistriesAreRefusedUnopened()
    {
        expectRefusal(
            "registry-one, registry-two", 78,
            {"service peer-registry may have one provider", file("registry-one"), file("registry-two")});
    }

    void twoProvidersOfAForeignServiceAreRefused()
    {
        expectRefusal(
            "single-one, single-two", 78,
            {"service test-single, which may have one provider", file("single-one"), file("single-two")});
    }

    void undeclaredServiceIsRefused()
    {
        expectRefusal("undeclared", 78, {file("undeclared"), "does not list under provides"});
    }

    void brokenPromiseIsRefused()
    {
        expectRefusal("broken-promise", 78, {file("broken-promise"), "did not provide service test-single"});
    }

    void hangingStopEndsWith70()
    {
        auto impatient = arguments("hanging-stop", plugins);
        impatient.insert(impatient.end(), {"--set", "waymark.stop-timeout=1s"});
        Process process(daemon, impatient);
        process.expectLine("host.ready");
        process.signal(SIGTERM);
        process.expectLine("host.stop_hung");
        CPPUNIT_ASSERT_EQUAL(70, process.waitForExit().value());
    }

    /// Signals until the daemon has had enough; those that follow at once count as one.
    static void insist(Process& process)
    {
        constexpr std::chrono::milliseconds apart{300};
        const auto until = std::chrono::steady_clock::now() + Process::patience;
        std::optional<int> code;
        while (!code && std::chrono::steady_clock::now() < until) {
            process.signal(SIGTERM);
            code = process.waitForExit(apart);
        }
        CPPUNIT_ASSERT_MESSAGE(process.output(), code == 70);
        CPPUNIT_ASSERT(process.output().find("host.forced") != std::string::npos);
    }

    Process startHanging(const std::string& phase)
    {
        auto all = arguments("hanging", plugins);
        all.insert(all.end(), {"--set", "hanging.in=" + phase});
        return Process(daemon, all);
    }

    void hangingPhaseEndsWithTheSecondSignal()
    {
        for (const char* const phase : {"configure", "provide", "wire", "start"}) {
            Process process = startHanging(phase);
            process.expectLine(std::string("hanging in ") + phase);
            insist(process);
        }
    }

    void hangingReloadEndsWithTheSecondSignal()
    {
        Process process = startHanging("reload");
        process.expectLine("host.ready");
        process.signal(SIGHUP);
        process.expectLine("hanging in reload");
        insist(process);
    }

    void allRefusalsComeTogether()
    {
        expectRefusal("wrong-abi, wrong-magic, nothing", 78,
                      {file("wrong-abi"), file("wrong-magic"), "there is no nothing.so"});
        expectRefusal("throwing-constructor, throws-in-configure, good, nothing", 78,
                      {"thrown by the constructor", "thrown by configure", "there is no nothing.so"});
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(BadPluginsTest);

} // namespace bad
