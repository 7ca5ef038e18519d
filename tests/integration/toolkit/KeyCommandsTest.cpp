#include "Examples.h"
#include "Program.h"

#include <waymark/testkit/Daemon.h>

#include <cppunit/extensions/HelperMacros.h>

namespace waymark::testing
{

namespace fs = std::filesystem;

class KeyCommandsTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(KeyCommandsTest);
    CPPUNIT_TEST(makesAKeyThatOnlyItsOwnerReads);
    CPPUNIT_TEST(makesAnotherKeyEachTime);
    CPPUNIT_TEST(replacesNoFile);
    CPPUNIT_TEST(neverPrintsTheSecret);
    CPPUNIT_TEST(saysWhyAFileIsNoKey);
    CPPUNIT_TEST(printsTheIdOfAKey);
    CPPUNIT_TEST(printsTheUrlOfAKey);
    CPPUNIT_TEST(printsTheRecordOfAKey);
    CPPUNIT_TEST(aDaemonIsTheNodeThatTheCommandsSay);
    CPPUNIT_TEST(everyCommandExplainsItself);
    CPPUNIT_TEST_SUITE_END();

    void makesAKeyThatOnlyItsOwnerReads()
    {
        const auto made = _program.good({"key", "generate", "--json"}).object();
        CPPUNIT_ASSERT_EQUAL(std::string("node.key"), made->getValue<std::string>("file"));
        const auto status = fs::status(_program.folder() / "node.key");
        CPPUNIT_ASSERT(status.permissions() == fs::perms(0600));
        const std::string digits = _program.read("node.key");
        CPPUNIT_ASSERT(digits.size() == 65 && digits.find_first_not_of("0123456789abcdef") == 64);
        const auto seen = _program.good({"node", "key", "inspect", "node.key", "--json"}).object();
        for (const char* field : {"file", "node_id", "public_key", "compressed_public_key"})
            CPPUNIT_ASSERT_EQUAL(made->getValue<std::string>(field), seen->getValue<std::string>(field));
    }

    void makesAnotherKeyEachTime()
    {
        _program.good({"key", "generate", "--out", "a.key"});
        _program.good({"key", "generate", "--out", "b.key"});
        CPPUNIT_ASSERT(_program.read("a.key") != _program.read("b.key"));
    }

    void replacesNoFile()
    {
        _program.write("there", "something");
        _program.bad(77, "exists already and is not replaced", {"key", "generate", "--out", "there"});
        fs::create_symlink("elsewhere", _program.folder() / "link");
        _program.bad(77, "exists already and is not replaced", {"key", "generate", "--out", "link"});
        _program.bad(74, "there is no folder no-folder", {"key", "generate", "--out", "no-folder/node.key"});
        CPPUNIT_ASSERT(!fs::exists(_program.folder() / "no-folder"));
        CPPUNIT_ASSERT_EQUAL(std::string("something"), _program.read("there"));
        CPPUNIT_ASSERT(!fs::exists(_program.folder() / "elsewhere"));
        for (const auto& file : fs::directory_iterator(_program.folder()))
            CPPUNIT_ASSERT_MESSAGE(file.path().string(),
                                   file.path().filename().string().find(".key") == std::string::npos);
    }

    void neverPrintsTheSecret()
    {
        const auto printed = [&](const std::vector<std::string>& words) {
            const Ran ran = _program.good(words);
            return ran.out + ran.error;
        };
        std::string all = printed({"key", "generate"});
        for (const std::string verb : {"inspect", "to-id", "to-enr"})
            all += printed({"key", verb, "node.key"}) + printed({"key", verb, "node.key", "--json"});
        all += printed({"key", "to-enode", "node.key", "--ip", "10.0.0.1"});
        all += printed({"enr", "make", "--key", "node.key", "--json"});
        CPPUNIT_ASSERT(all.find(_program.read("node.key").substr(0, 16)) == std::string::npos);
    }

    void saysWhyAFileIsNoKey()
    {
        _program.writeKey("open.key", exampleKey);
        fs::permissions(_program.folder() / "open.key", fs::perms(0644));
        _program.writeKey("short.key", exampleKey.substr(2));
        _program.writeKey("zero.key", std::string(64, '0'));
        const auto assertRefused = [&](const std::string& file, const std::string& complaint) {
            for (const auto& words :
                 std::vector<std::vector<std::string>>{{"key", "inspect", file},
                                                       {"key", "to-id", file},
                                                       {"key", "to-enode", file, "--ip", "::1"},
                                                       {"key", "to-enr", file},
                                                       {"enr", "make", "--key", file}})
                _program.bad(77, complaint, words);
        };
        assertRefused("none.key", "none.key");
        assertRefused("open.key", "chmod");
        assertRefused("short.key", "holds no key of 64 hex digits");
        assertRefused("zero.key", "holds no key of 64 hex digits");
        assertRefused(".", ".");
        CPPUNIT_ASSERT(_program.run({"key", "inspect", "short.key"}).error.find(exampleKey.substr(2, 8)) ==
                       std::string::npos);
    }

    void printsTheIdOfAKey()
    {
        const auto file = _program.writeKey("node.key", "0x" + exampleKey);
        CPPUNIT_ASSERT_EQUAL(exampleNodeId, _program.good({"key", "to-id", file}).line());
        CPPUNIT_ASSERT_EQUAL(
            exampleNodeId,
            _program.good({"key", "to-id", file, "--json"}).object()->getValue<std::string>("node_id"));
    }

    void printsTheUrlOfAKey()
    {
        const auto file = _program.writeKey("node.key", exampleKey);
        const std::string start = "enode://" + examplePublicKey;
        const auto url = [&](std::vector<std::string> words) {
            words.insert(words.begin(), {"key", "to-enode", file});
            return _program.good(words).line();
        };
        CPPUNIT_ASSERT_EQUAL(start + "@203.0.113.7:30303", url({"--ip", "203.0.113.7"}));
        CPPUNIT_ASSERT_EQUAL(start + "@[2001:db8::7]:1?discport=2",
                             url({"--ip", "2001:db8::7", "--tcp-port", "1", "--udp-port=2"}));
        CPPUNIT_ASSERT_EQUAL(start + "@10.0.0.1:7", url({"--ip", "10.0.0.1", "--tcp-port", "7"}));
        CPPUNIT_ASSERT_EQUAL(start + "@10.0.0.1:0?discport=30303",
                             url({"--ip", "10.0.0.1", "--tcp-port", "0"}));
        for (const auto& words :
             std::vector<std::vector<std::string>>{{},
                                                   {"--ip", "here"},
                                                   {"--ip", "10.0.0.1", "--tcp-port", "65536"},
                                                   {"--ip", "10.0.0.1", "--udp-port", "0"}}) {
            std::vector<std::string> all{"key", "to-enode", file};
            all.insert(all.end(), words.begin(), words.end());
            _program.bad(64, "see --help", all);
        }
    }

    void printsTheRecordOfAKey()
    {
        const auto file = _program.writeKey("node.key", exampleKey);
        const auto entries = [&](std::vector<std::string> words) {
            words.insert(words.begin(), {"key", "to-enr", file});
            const auto record =
                _program.good({"enr", "decode", "--json", _program.good(words).line()}).object();
            std::string text = record->getValue<std::string>("seq");
            for (const auto& entry : *record->getArray("entries"))
                if (const auto& pair = entry.extract<Poco::JSON::Object::Ptr>();
                    pair->getValue<std::string>("key") != "secp256k1")
                    text += ' ' + pair->getValue<std::string>("key") + '=' + pair->get("value").toString();
            return text;
        };
        CPPUNIT_ASSERT_EQUAL(std::string("1 id=v4"), entries({}));
        CPPUNIT_ASSERT_EQUAL(std::string("1 id=v4 ip=10.0.0.1 tcp=30303 udp=30303"),
                             entries({"--ip", "10.0.0.1"}));
        CPPUNIT_ASSERT_EQUAL(std::string("9 id=v4 ip=10.0.0.1 ip6=2001:db8::7 tcp6=6 udp=5"),
                             entries({"--ip", "10.0.0.1", "--udp-port", "5", "--ip6", "2001:db8::7",
                                      "--tcp6-port", "6", "--seq", "9"}));
        _program.bad(64, "2001:db8::7 is no IPv4 address", {"key", "to-enr", file, "--ip", "2001:db8::7"});
    }

    void aDaemonIsTheNodeThatTheCommandsSay()
    {
        _program.good({"key", "generate"});
        const auto facts = _program.good({"key", "inspect", "node.key", "--json"}).object();
        const testkit::TemporaryFolder folder;
        const testkit::Daemon daemon(folder.path(),
                                     {{"node.key", (_program.folder() / "node.key").string()}});
        const std::string url = daemon.rest().get("/enode").body;
        assertContains(url, "enode://" + facts->getValue<std::string>("public_key") + "@127.0.0.1:");
        const std::string record = daemon.rest().get("/enr").body;
        const auto decoded = _program.good({"enr", "decode", "-", "--json"}, record).object();
        CPPUNIT_ASSERT_EQUAL(facts->getValue<std::string>("node_id"),
                             decoded->getValue<std::string>("node_id"));
        CPPUNIT_ASSERT(decoded->getValue<bool>("signature_valid"));
        const auto parsed =
            _program.good({"enode", "parse", "--json", url.substr(0, url.find('\n'))}).object();
        CPPUNIT_ASSERT_EQUAL(facts->getValue<std::string>("node_id"),
                             parsed->getValue<std::string>("node_id"));
        CPPUNIT_ASSERT_EQUAL(decoded->getValue<std::string>("enode").substr(0, 20), url.substr(0, 20));
    }

    void everyCommandExplainsItself()
    {
        const std::string list = _program.good({"help", "node"}).out;
        for (const std::string name :
             {"key generate", "key inspect", "key to-id", "key to-enode", "key to-enr", "enr decode",
              "enr make", "enr sign", "enode parse", "nodeset info", "nodeset filter", "nodeset merge",
              "nodeset convert"}) {
            assertContains(list, "  " + name + ' ');
            const auto space = name.find(' ');
            const std::vector<std::string> words{name.substr(0, space), name.substr(space + 1), "--help"};
            const std::string help = _program.good(words).out;
            CPPUNIT_ASSERT_MESSAGE(help, help.starts_with("usage: waymark node " + name));
            assertContains(help, "example:\n  waymark ");
            assertContains(help, "--json");
            for (std::size_t begin = 0, end = 0; (end = help.find('\n', begin)) != std::string::npos;
                 begin = end + 1)
                CPPUNIT_ASSERT_MESSAGE(help.substr(begin, end - begin), end - begin <= 80);
        }
    }

    Program _program;
};

CPPUNIT_TEST_SUITE_REGISTRATION(KeyCommandsTest);

} // namespace waymark::testing
