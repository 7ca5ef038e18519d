#include "Examples.h"
#include "Program.h"

#include <waymark/testkit/Daemon.h>

#include <cppunit/extensions/HelperMacros.h>

namespace waymark::testing
{

class EnrCommandsTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(EnrCommandsTest);
    CPPUNIT_TEST(decodesTheExampleOfTheSpecification);
    CPPUNIT_TEST(decodesHexAndStandardInput);
    CPPUNIT_TEST(showsWhatItDoesNotKnowInHex);
    CPPUNIT_TEST(tellsAWrongSignature);
    CPPUNIT_TEST(pointsAtTheDamage);
    CPPUNIT_TEST(showsAValueThatIsCutOffInHex);
    CPPUNIT_TEST(makesTheExampleOfTheSpecification);
    CPPUNIT_TEST(makesWhatItDecodes);
    CPPUNIT_TEST(refusesWhatNoRecordHolds);
    CPPUNIT_TEST(changesARecord);
    CPPUNIT_TEST(signsWithNoOtherKey);
    CPPUNIT_TEST(refusesAChangeThatNobodyTakes);
    CPPUNIT_TEST(aDaemonTakesTheRecords);
    CPPUNIT_TEST_SUITE_END();

    std::string key() const { return _program.writeKey("node.key", exampleKey); }

    Poco::JSON::Object::Ptr decoded(const std::string& record) const
    {
        return _program.good({"enr", "decode", record, "--json"}).object();
    }

    static Poco::JSON::Object::Ptr entry(const Poco::JSON::Object::Ptr& record, const std::string& key)
    {
        for (const auto& item : *record->getArray("entries"))
            if (const auto& pair = item.extract<Poco::JSON::Object::Ptr>();
                pair->getValue<std::string>("key") == key)
                return pair;
        CPPUNIT_FAIL("there is no entry " + key);
        return {};
    }

    void decodesTheExampleOfTheSpecification()
    {
        const auto record = decoded(exampleRecord);
        CPPUNIT_ASSERT_EQUAL(exampleRecord, record->getValue<std::string>("enr"));
        CPPUNIT_ASSERT_EQUAL(1, record->getValue<int>("seq"));
        CPPUNIT_ASSERT_EQUAL(exampleNodeId, record->getValue<std::string>("node_id"));
        CPPUNIT_ASSERT_EQUAL(examplePublicKey, record->getValue<std::string>("public_key"));
        CPPUNIT_ASSERT_EQUAL(exampleRlp.size() / 2, record->getValue<std::size_t>("size"));
        CPPUNIT_ASSERT_EQUAL(exampleRlp.substr(8, 128), record->getValue<std::string>("signature"));
        CPPUNIT_ASSERT(record->getValue<bool>("signature_valid"));
        CPPUNIT_ASSERT_EQUAL("enode://" + examplePublicKey + "@127.0.0.1:30303",
                             record->getValue<std::string>("enode"));
        CPPUNIT_ASSERT_EQUAL(std::size_t{4}, record->getArray("entries")->size());
        CPPUNIT_ASSERT_EQUAL(std::string("v4"), entry(record, "id")->getValue<std::string>("value"));
        CPPUNIT_ASSERT_EQUAL(std::string("127.0.0.1"), entry(record, "ip")->getValue<std::string>("value"));
        CPPUNIT_ASSERT_EQUAL(30303, entry(record, "udp")->getValue<int>("value"));
        CPPUNIT_ASSERT_EQUAL(std::string("03") + examplePublicKey.substr(0, 64),
                             entry(record, "secp256k1")->getValue<std::string>("value"));
        const std::string shown = _program.good({"enr", "decode", exampleRecord}).out;
        assertContains(shown, "signature\tvalid, by the record's own key\n");
        assertContains(shown, "entry.udp\t30303\tdiscovery port\n");
    }

    void decodesHexAndStandardInput()
    {
        const std::string whole = _program.good({"enr", "decode", exampleRecord, "--json"}).out;
        CPPUNIT_ASSERT_EQUAL(whole, _program.good({"enr", "decode", exampleRlp, "--json"}).out);
        CPPUNIT_ASSERT_EQUAL(whole, _program.good({"enr", "decode", "0x" + exampleRlp, "--json"}).out);
        CPPUNIT_ASSERT_EQUAL(
            whole, _program.good({"enr", "decode", "-", "--json"}, '\n' + exampleRecord + "\n\n").out);
    }

    void showsWhatItDoesNotKnowInHex()
    {
        const std::string record = _program
                                       .good({"enr", "make", "--key", key(), "--entry", "foo=hello",
                                              "--entry", "bar=rlp:c401c0c102", "--entry", "tcp=0x010203"})
                                       .line();
        const auto facts = decoded(record);
        CPPUNIT_ASSERT_EQUAL(std::string("0x68656c6c6f"),
                             entry(facts, "foo")->getValue<std::string>("value"));
        CPPUNIT_ASSERT(entry(facts, "foo")->isNull("meaning"));
        CPPUNIT_ASSERT_EQUAL(std::string("c401c0c102"), entry(facts, "bar")->getValue<std::string>("rlp"));
        CPPUNIT_ASSERT(entry(facts, "tcp")->getValue<bool>("malformed"));
        const std::string shown = _program.good({"enr", "decode", record}).out;
        assertContains(shown, "entry.bar\t[0x01, [], [0x02]]\n");
        assertContains(shown, "entry.foo\t0x68656c6c6f\t'hello'\n");
        assertContains(shown, "entry.tcp\t0x010203\tno valid RLPx port\n");
    }

    void tellsAWrongSignature()
    {
        const std::string forged = std::string(exampleRecord).replace(20, 1, "_");
        const Ran shown = _program.run({"enr", "decode", forged});
        CPPUNIT_ASSERT_EQUAL(1, shown.code);
        assertContains(shown.out, "signature\tWRONG");
        assertContains(shown.out, "entry.ip\t127.0.0.1");
        assertContains(shown.error, "not signed by its own key");
        const auto facts = _program.run({"enr", "decode", forged, "--json"}).object();
        CPPUNIT_ASSERT(!facts->getValue<bool>("signature_valid") && !facts->has("enr"));
    }

    void pointsAtTheDamage()
    {
        const auto assertPoints = [&](const std::string& record, const std::string& complaint,
                                      std::size_t column) {
            const Ran ran = _program.run({"enr", "decode", record});
            CPPUNIT_ASSERT_EQUAL_MESSAGE(ran.error, 65, ran.code);
            assertContains(ran.error, complaint);
            const auto caret = ran.error.rfind('\n', ran.error.size() - 2) + 1;
            CPPUNIT_ASSERT_EQUAL_MESSAGE(ran.error, column, ran.error.size() - 2 - caret);
        };
        assertPoints("enr:-IS4+", "character 9: no base64url digit", 10);
        assertPoints("nonsense", "a record starts with enr:", 2);
        assertPoints("enr:", "nothing stands behind enr:", 6);
        assertPoints("-", "a record starts with enr:", 2); // empty standard input
        assertPoints(exampleRlp.substr(0, 20), "the record is cut off", 22);
        // What can be read is shown all the same: the last entry is the one that the end is missing of.
        const auto cut = _program.run({"enr", "decode", "--json", exampleRecord.substr(0, 180)}).object();
        CPPUNIT_ASSERT_EQUAL(std::size_t{3}, cut->getArray("entries")->size());
        CPPUNIT_ASSERT_EQUAL(exampleNodeId, cut->getValue<std::string>("node_id"));
        const std::string other = "f84bb840" + std::string(128, '1') +
                                  "01826964827639"
                                  "80"
                                  "80";
        const Ran ran = _program.run({"enr", "decode", "--json", other});
        CPPUNIT_ASSERT_EQUAL(65, ran.code);
        CPPUNIT_ASSERT_EQUAL(1, ran.object()->getValue<int>("seq"));
        CPPUNIT_ASSERT(ran.object()->isNull("signature_valid"));
    }

    void showsAValueThatIsCutOffInHex()
    {
        // [signature, 1, "eth", [[...: the inner list has fewer bytes than it says.
        const std::string start = "f84ab840" + std::string(128, '1') + "01";
        const auto read = [&](const std::string& rest) {
            const Ran ran = _program.run({"enr", "decode", start + rest, "--json"});
            CPPUNIT_ASSERT_EQUAL_MESSAGE(ran.error, 65, ran.code);
            return ran.object();
        };
        const auto fork = entry(read("83657468c2c181"), "eth");
        CPPUNIT_ASSERT_EQUAL(std::string("0xc2c181"), fork->getValue<std::string>("value"));
        CPPUNIT_ASSERT_EQUAL(std::string("no valid fork id, EIP-2124"),
                             fork->getValue<std::string>("meaning"));
        const auto other = entry(read("83666f6fc2c181"), "foo");
        CPPUNIT_ASSERT_EQUAL(std::string("0xc2c181"), other->getValue<std::string>("value"));
        CPPUNIT_ASSERT(other->getValue<bool>("malformed"));
    }

    void makesTheExampleOfTheSpecification()
    {
        const std::vector<std::string> words{"enr",  "make",      "--key",      key(),
                                             "--ip", "127.0.0.1", "--udp-port", "30303"};
        CPPUNIT_ASSERT_EQUAL(exampleRecord, _program.good(words).line());
        auto asEntries = words;
        asEntries.erase(asEntries.begin() + 4, asEntries.end());
        asEntries.insert(asEntries.end(), {"--entry", "udp=30303", "--entry", "ip=127.0.0.1", "--seq", "1"});
        CPPUNIT_ASSERT_EQUAL(exampleRecord, _program.good(asEntries).line());
    }

    void makesWhatItDecodes()
    {
        const auto made = _program
                              .good({"enr",         "make",
                                     "--key",       key(),
                                     "--ip",        "203.0.113.7",
                                     "--tcp-port",  "1",
                                     "--udp-port",  "2",
                                     "--ip6",       "2001:db8::7",
                                     "--tcp6-port", "3",
                                     "--udp6-port", "4",
                                     "--seq",       "18446744073709551615",
                                     "--entry",     "eth=fc64ec04/1150000",
                                     "--json"})
                              .object();
        CPPUNIT_ASSERT_EQUAL(exampleNodeId, made->getValue<std::string>("node_id"));
        const auto facts = decoded(made->getValue<std::string>("enr"));
        CPPUNIT_ASSERT_EQUAL(std::string("18446744073709551615"), facts->getValue<std::string>("seq"));
        CPPUNIT_ASSERT_EQUAL(made->getValue<int>("size"), facts->getValue<int>("size"));
        CPPUNIT_ASSERT_EQUAL(std::string("2001:db8::7"), entry(facts, "ip6")->getValue<std::string>("value"));
        CPPUNIT_ASSERT_EQUAL(std::string("4"), entry(facts, "udp6")->getValue<std::string>("value"));
        CPPUNIT_ASSERT_EQUAL(std::string("0xfc64ec04"),
                             entry(facts, "eth")->getObject("value")->getValue<std::string>("hash"));
    }

    void refusesWhatNoRecordHolds()
    {
        const auto refused = [&](const std::string& complaint, std::vector<std::string> words) {
            words.insert(words.begin(), {"enr", "make", "--key", key()});
            _program.bad(64, complaint, words);
        };
        refused("at most 300 bytes", {"--entry", "foo=" + std::string(300, 'x')});
        refused("ip is given twice", {"--ip", "10.0.0.1", "--entry", "ip=10.0.0.2"});
        refused("comes from the key that signs", {"--entry", "id=v4"});
        refused("comes from the key that signs", {"--entry", "secp256k1=0x00"});
        refused("an entry is KEY=VALUE", {"--entry", "foo"});
        refused("10.0.0.1 is no IPv6 address", {"--ip6", "10.0.0.1"});
        _program.bad(64, "--key", {"enr", "make"});
    }

    void changesARecord()
    {
        const std::string record = _program
                                       .good({"enr", "make", "--key", key(), "--ip", "10.0.0.1", "--udp-port",
                                              "7", "--entry", "foo=bar", "--seq", "41"})
                                       .line();
        const auto sign = [&](std::vector<std::string> words) {
            words.insert(words.begin(), {"enr", "sign", "--key", "node.key", "-"});
            return decoded(_program.good(words, record + '\n').line());
        };
        const auto same = sign({});
        CPPUNIT_ASSERT_EQUAL(42, same->getValue<int>("seq"));
        CPPUNIT_ASSERT_EQUAL(std::size_t{5}, same->getArray("entries")->size());
        const auto changed =
            sign({"--ip", "10.0.0.2", "--remove", "foo", "--entry", "snap=rlp:c0", "--seq", "100"});
        CPPUNIT_ASSERT_EQUAL(100, changed->getValue<int>("seq"));
        CPPUNIT_ASSERT_EQUAL(std::size_t{5}, changed->getArray("entries")->size());
        CPPUNIT_ASSERT_EQUAL(std::string("10.0.0.2"), entry(changed, "ip")->getValue<std::string>("value"));
        CPPUNIT_ASSERT(entry(changed, "snap")->getValue<bool>("value"));
    }

    void signsWithNoOtherKey()
    {
        _program.good({"key", "generate", "--out", "other.key"});
        _program.bad(77, "the record that of " + exampleNodeId,
                     {"enr", "sign", "--key", "other.key", exampleRecord});
    }

    void refusesAChangeThatNobodyTakes()
    {
        const auto refused = [&](int code, const std::string& complaint, std::vector<std::string> words) {
            words.insert(words.begin(), {"enr", "sign", "--key", key()});
            _program.bad(code, complaint, words);
        };
        refused(64, "not above 1", {exampleRecord, "--seq", "1"});
        refused(64, "the record has no such entry", {exampleRecord, "--remove", "tcp"});
        refused(64, "belongs to the signature", {exampleRecord, "--remove", "id"});
        refused(64, "both set and removed", {exampleRecord, "--ip", "10.0.0.1", "--remove", "ip"});
        refused(65, "not signed by its own key", {std::string(exampleRecord).replace(20, 1, "_")});
        refused(65, "a record starts with enr:", {"nonsense"});
        const std::string last =
            _program.good({"enr", "make", "--key", "node.key", "--seq", "18446744073709551615"}).line();
        refused(64, "the highest seq there is", {last});
    }

    void aDaemonTakesTheRecords()
    {
        const testkit::TemporaryFolder folder;
        const testkit::Daemon daemon(folder.path(), {});
        const auto registered = [&](const std::string& record) {
            return daemon.rest().post("/peers", R"({"enr": ")" + record + "\"}");
        };
        const std::string record = _program
                                       .good({"enr", "make", "--key", key(), "--ip", "10.0.0.1", "--udp-port",
                                              "7", "--tcp-port", "8"})
                                       .line();
        CPPUNIT_ASSERT_EQUAL(201, registered(record).status);
        const std::string moved =
            _program.good({"enr", "sign", "--key", "node.key", "--ip", "10.0.0.2", record}).line();
        CPPUNIT_ASSERT_EQUAL(201, registered(moved).status);
        const auto peer = daemon.rest().get("/peers/0x" + examplePublicKey);
        assertContains(peer.body, "@10.0.0.2:8?discport=7");
        // The older one is stale, as its lower number says.
        CPPUNIT_ASSERT_EQUAL(409, registered(record).status);
    }

    Program _program;
};

CPPUNIT_TEST_SUITE_REGISTRATION(EnrCommandsTest);

} // namespace waymark::testing
