#include <waymark/node/KeyFile.h>
#include <waymark/testkit/Process.h>
#include <waymark/testkit/TemporaryFolder.h>
#include <waymark/testkit/TestKeys.h>

#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace waymark::bootnode
{

namespace fs = std::filesystem;
using testkit::Process;

/// `waymark bootnode` in the words that geth's program took.
class BootnodeCommandTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(BootnodeCommandTest);
    CPPUNIT_TEST(makesAKeyAndWritesItsAddress);
    CPPUNIT_TEST(neverReplacesAKey);
    CPPUNIT_TEST(answersAsTheNodeThatItPrints);
    CPPUNIT_TEST(endsWell);
    CPPUNIT_TEST(leavesNothingOnTheDisk);
    CPPUNIT_TEST(talksToNobodyOutsideOfNetrestrict);
    CPPUNIT_TEST(tellsTheExternalAddress);
    CPPUNIT_TEST(tellsOfOptionsThatDoNothing);
    CPPUNIT_TEST(refusesWhatThereIsNot);
    CPPUNIT_TEST(refusesAKeyThatOthersMayRead);
    CPPUNIT_TEST(refusesAnAddressInUse);
    CPPUNIT_TEST_SUITE_END();

    static constexpr const char* waymark = WAYMARK_BUILD_DIR "/bin/waymark";

    testkit::TemporaryFolder _folder;

    static std::vector<std::string> command(std::vector<std::string> words)
    {
        words.insert(words.begin(), "bootnode");
        return words;
    }

    static std::pair<std::string, int> run(std::vector<std::string> words)
    {
        Process process(waymark, command(std::move(words)));
        const auto code = process.waitForExit();
        CPPUNIT_ASSERT_MESSAGE(process.output(), code.has_value());
        return {process.output(), *code};
    }

    static void assertContains(const std::string& text, const std::string& part)
    {
        CPPUNIT_ASSERT_MESSAGE("'" + part + "' is missing in: " + text, text.find(part) != std::string::npos);
    }

    static std::string contentOf(const fs::path& file)
    {
        std::ifstream in(file, std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }

    static std::string hexOf(unsigned number) { return toHex(testkit::testKey(number).bytes()); }

    fs::path keyFile() const
    {
        const fs::path file = _folder.write("boot.key", hexOf(1) + '\n');
        fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write);
        return file;
    }

    /// What it prints itself; the log tells of the node, too.
    static std::string enodeOf(Process& bootnode) { return bootnode.expectLine("@127.0.0.1:0?discport="); }

    /// One that runs at a free port of 127.0.0.1.
    static std::vector<std::string> running(std::vector<std::string> more)
    {
        more.insert(more.begin(), {"-addr", "127.0.0.1:0"});
        return command(std::move(more));
    }

    static int ping(const std::string& enode, const std::string& timeout = "30s")
    {
        Process process(waymark, {"discv4", "ping", "--timeout", timeout, enode});
        const auto code = process.waitForExit();
        CPPUNIT_ASSERT_MESSAGE(process.output(), code.has_value());
        return *code;
    }

    static int end(Process& process, int signal)
    {
        process.signal(signal);
        const auto code = process.waitForExit();
        CPPUNIT_ASSERT_MESSAGE(process.output(), code.has_value());
        return *code;
    }

    void makesAKeyAndWritesItsAddress()
    {
        const fs::path file = _folder.path() / "new.key";
        CPPUNIT_ASSERT((run({"-genkey", file.string()}) == std::pair<std::string, int>("", 0)));
        const std::string digits = contentOf(file);
        CPPUNIT_ASSERT_EQUAL(std::size_t{64}, digits.find_first_not_of("0123456789abcdef"));
        CPPUNIT_ASSERT_EQUAL(std::string("\n"), digits.substr(64));
        CPPUNIT_ASSERT(fs::status(file).permissions() == (fs::perms::owner_read | fs::perms::owner_write));
        const std::string address = node::SecretKey::fromHex(digits.substr(0, 64)).value().publicKey().hex();
        const std::pair expected(address + '\n', 0);
        CPPUNIT_ASSERT(run({"-nodekey=" + file.string(), "--writeaddress"}) == expected);
        CPPUNIT_ASSERT(run({"-nodekeyhex", digits, "-writeaddress=true"}) == expected);
    }

    void neverReplacesAKey()
    {
        const fs::path file = keyFile();
        const auto [output, code] = run({"-genkey", file.string()});
        CPPUNIT_ASSERT_EQUAL(77, code);
        assertContains(output, "exists already and is not replaced");
        CPPUNIT_ASSERT_EQUAL(hexOf(1) + '\n', contentOf(file));
    }

    void answersAsTheNodeThatItPrints()
    {
        Process bootnode(waymark, running({"-nodekey", keyFile().string()}));
        const std::string enode = enodeOf(bootnode);
        CPPUNIT_ASSERT(
            enode.starts_with("enode://" + testkit::testKey(1).publicKey().hex() + "@127.0.0.1:0?discport="));
        CPPUNIT_ASSERT_EQUAL(0, ping(enode));
    }

    void endsWell()
    {
        for (const int signal : {SIGTERM, SIGINT}) {
            Process bootnode(waymark, running({"-nodekeyhex", hexOf(1)}));
            enodeOf(bootnode);
            CPPUNIT_ASSERT_EQUAL(0, end(bootnode, signal));
            assertContains(bootnode.output(), "host.stopped");
        }
    }

    void leavesNothingOnTheDisk()
    {
        // Where the daemon would keep its state.
        const fs::path state = _folder.path() / "state";
        fs::create_directory(state);
        Process bootnode(waymark, running({"-nodekeyhex", hexOf(1), "-verbosity", "5"}),
                         {{"STATE_DIRECTORY", state.string()}, {"HOME", state.string()}});
        CPPUNIT_ASSERT_EQUAL(0, ping(enodeOf(bootnode)));
        CPPUNIT_ASSERT(fs::is_empty(state));
        CPPUNIT_ASSERT_EQUAL(0, end(bootnode, SIGTERM));
        CPPUNIT_ASSERT(fs::is_empty(state));
        CPPUNIT_ASSERT_EQUAL(std::string::npos, bootnode.output().find(hexOf(1)));
    }

    void talksToNobodyOutsideOfNetrestrict()
    {
        Process elsewhere(waymark, running({"-nodekeyhex", hexOf(1), "-netrestrict", "10.0.0.0/8,fd00::/8"}));
        Process here(waymark, running({"-nodekeyhex", hexOf(2), "-netrestrict", "10.0.0.0/8, 127.0.0.0/8"}));
        CPPUNIT_ASSERT_EQUAL(69, ping(enodeOf(elsewhere), "400ms"));
        CPPUNIT_ASSERT_EQUAL(0, ping(enodeOf(here)));
    }

    void tellsTheExternalAddress()
    {
        Process bootnode(waymark, command({"-addr", "0.0.0.0:0", "-nodekeyhex", hexOf(1), "-nat",
                                           "extip:1.2.3.4", "-json"}));
        const std::string line = bootnode.expectLine("{\"enode\":");
        assertContains(line, "@1.2.3.4:0?discport=");
        assertContains(line, "\"enr\":\"enr:");
    }

    void tellsOfOptionsThatDoNothing()
    {
        Process bootnode(waymark, running({"-nodekeyhex", hexOf(1), "-vmodule", "p2p=5", "-nat", "any"}));
        bootnode.expectLine("-vmodule is ignored");
        bootnode.expectLine("the router is not asked");
        enodeOf(bootnode);
    }

    void refusesWhatThereIsNot()
    {
        const std::string key = hexOf(1);
        const std::vector<std::pair<std::vector<std::string>, std::string>> wrong{
            {{}, "Use -nodekey or -nodekeyhex"},
            {{"-nodekey", "f", "-nodekeyhex", key}, "mutually exclusive"},
            {{"-nodekeyhex", "12"}, "-nodekeyhex: "},
            {{"-nodekeyhex", key, "-v5"}, "discv4 only"},
            {{"-nodekeyhex", key, "-nat", "upnp"}, "forward the UDP port"},
            {{"-nodekeyhex", key, "-nat", "extip:1.2.3"}, "invalid IP address"},
            {{"-nodekeyhex", key, "-netrestrict", "10.0.0.0/40"}, "'10.0.0.0/40'"},
            {{"-nodekeyhex", key, "-addr", "30301"}, "the port is missing"},
            {{"-nodekeyhex", key, "-verbosity", "loud"}, "--verbosity needs"},
            {{"-nodekeyhx", key}, "did you mean --nodekeyhex?"},
            {{"-nodekeyhex", key, "word"}, "unexpected argument 'word'"},
            {{"-nodekeyhex", key, "-addr"}, "bootnode: -addr needs"}};
        for (const auto& [words, message] : wrong) {
            const auto [output, code] = run(words);
            CPPUNIT_ASSERT_EQUAL_MESSAGE(output, 64, code);
            assertContains(output, message);
            CPPUNIT_ASSERT_EQUAL_MESSAGE(output, std::ptrdiff_t{1}, std::ranges::count(output, '\n'));
            CPPUNIT_ASSERT_EQUAL(std::string::npos, output.find(key));
        }
    }

    void refusesAKeyThatOthersMayRead()
    {
        const fs::path file = keyFile();
        fs::permissions(file, fs::perms::group_read, fs::perm_options::add);
        for (const std::string& name : {file.string(), (_folder.path() / "missing").string()}) {
            const auto [output, code] = run({"-nodekey", name});
            CPPUNIT_ASSERT_EQUAL_MESSAGE(output, 77, code);
            assertContains(output, name);
        }
    }

    void refusesAnAddressInUse()
    {
        Process first(waymark, running({"-nodekeyhex", hexOf(1)}));
        const std::string enode = enodeOf(first);
        const std::string port = enode.substr(enode.rfind('=') + 1);
        const auto [output, code] = run({"-nodekeyhex", hexOf(2), "-addr", "127.0.0.1:" + port});
        CPPUNIT_ASSERT_EQUAL_MESSAGE(output, 69, code);
        assertContains(output, port);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(BootnodeCommandTest);

} // namespace waymark::bootnode
