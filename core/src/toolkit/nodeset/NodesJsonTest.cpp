#include <waymark/testkit/TemporaryFolder.h>
#include <waymark/testkit/TestKeys.h>
#include <waymark/toolkit/nodeset/NodesJson.h>

#include <cppunit/extensions/HelperMacros.h>

#include <fstream>
#include <sstream>

namespace waymark::toolkit::nodeset
{

namespace
{

/// The example of EIP-778, as devp2p keeps it.
const std::string exampleId = "a448f24c6d18e575453db13171562b71999873db5b286df957af199ec94617f7";
const std::string exampleRecord =
    "enr:-IS4QHCYrYZbAKWCBRlAy5zzaDZXJBGkcnh4MHcBFZntXNFrdvJjX04jRzjzCBOonrkTfj499SZuOh8R33Ls8RRcy5wBgmlk"
    "gnY0gmlwhH8AAAGJc2VjcDI1NmsxoQPKY0yuDUmstAHYpMa2_oxVtw0RW_QAdpzBQA8yWM0xOIN1ZHCCdl8";
const std::string exampleFile =
    "{\n    \"" + exampleId + "\": {\n        \"seq\": 1,\n        \"record\": \"" + exampleRecord + R"(",
        "score": 9,
        "firstResponse": "2026-01-31T12:00:00Z",
        "lastResponse": "2026-02-01T12:00:00Z",
        "lastCheck": "2026-02-02T12:00:00Z"
    }
}
)";

struct Read
{
    std::vector<Entry> entries;
    std::vector<std::string> damage;
    std::string error;
};

Read readText(const std::string& text)
{
    Read read;
    std::istringstream in(text);
    const auto result = readNodesJson(
        in, [&](Entry&& entry) { read.entries.push_back(std::move(entry)); },
        [&](const Damage& damage) { read.damage.push_back(damage.toString()); });
    if (!result)
        read.error = result.error().message;
    return read;
}

/// A document of one entry under the example's id.
std::string with(const std::string& members)
{
    return "{\"" + exampleId + "\":" + members + "}";
}

void assertContains(const std::string& text, const std::string& part)
{
    CPPUNIT_ASSERT_MESSAGE("'" + part + "' is missing in: " + text, text.find(part) != std::string::npos);
}

} // namespace

class NodesJsonTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(NodesJsonTest);
    CPPUNIT_TEST(writesWhatItReads);
    CPPUNIT_TEST(writesWhatDevp2pWritesForANodeThatNeverAnswered);
    CPPUNIT_TEST(readsAUrlInPlaceOfARecord);
    CPPUNIT_TEST(leavesOutWhatIsNoNodeAndTellsIt);
    CPPUNIT_TEST(passesOverWhatItDoesNotKnow);
    CPPUNIT_TEST(takesTheLargestScore);
    CPPUNIT_TEST(oneWrongNumberDamagesOneNode);
    CPPUNIT_TEST(aByteOrderMarkMayStandBefore);
    CPPUNIT_TEST(refusesWhatIsNoObject);
    CPPUNIT_TEST(refusesAFileThatIsCutOffAnywhere);
    CPPUNIT_TEST(savesAndLoadsASet);
    CPPUNIT_TEST(saysThatAFileIsMissing);
    CPPUNIT_TEST(readsTimesOfAllZones);
    CPPUNIT_TEST(refusesWhatIsNoTime);
    CPPUNIT_TEST_SUITE_END();

    void writesWhatItReads()
    {
        const Read read = readText(exampleFile);
        CPPUNIT_ASSERT_EQUAL(std::string(), read.error);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, read.entries.size());
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{9}, read.entries.front().history.score);
        std::ostringstream out;
        NodesJsonWriter writer(out);
        writer.add(read.entries.front());
        writer.end();
        CPPUNIT_ASSERT_EQUAL(exampleFile, out.str());
    }

    void writesWhatDevp2pWritesForANodeThatNeverAnswered()
    {
        std::ostringstream out;
        NodesJsonWriter writer(out);
        writer.add(Entry::parse(exampleRecord).value());
        writer.end();
        assertContains(out.str(),
                       "\"firstResponse\": \"0001-01-01T00:00:00Z\",\n        \"lastResponse\": "
                       "\"0001-01-01T00:00:00Z\",\n        \"lastCheck\": \"0001-01-01T00:00:00Z\"\n");
        CPPUNIT_ASSERT(out.str().find("score") == std::string::npos);
        CPPUNIT_ASSERT(readText(out.str()).entries.front().history == Entry::History());
        std::ostringstream empty;
        NodesJsonWriter(empty).end();
        CPPUNIT_ASSERT_EQUAL(std::string("{}\n"), empty.str());
    }

    void readsAUrlInPlaceOfARecord()
    {
        const auto key = testkit::testKey(1).publicKey();
        const std::string url = "enode://" + key.hex() + "@10.0.0.1:30303";
        const Read read = readText("{\"" + toHex(key.nodeId()) + R"(": {"seq": 0, "record": ")" + url +
                                   "\", \"lastCheck\": null}}");
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, read.entries.size());
        CPPUNIT_ASSERT_EQUAL(url, read.entries.front().text());
    }

    void leavesOutWhatIsNoNodeAndTellsIt()
    {
        const std::string record = R"("record": ")" + exampleRecord + '"';
        const std::vector<std::pair<std::string, std::string>> damaged{
            {"{}", "it has no record"},
            {"7", "it is no object"},
            {"[1]", "it is no object"},
            {R"({"record": 7})", "'record' has the wrong type"},
            {R"({"record": {"a": 1}})", "'record' has the wrong type"},
            {R"({"record": "enr:AAAA"})", "ENR"},
            {R"({"record": ")" + std::string(exampleRecord).replace(20, 1, "_") + "\"}", "signed"},
            {"{" + record + R"(, "score": -1})", "score is no whole number"},
            {"{" + record + R"(, "score": 1.5})", "score is no whole number"},
            {"{" + record + R"(, "score": 18446744073709551616})", "to 18446744073709551615"},
            {"{" + record + R"(, "score": 18446744073709551619})", "score is no whole number"},
            {"{" + record + R"(, "score": 1)" + std::string(400, '0') + "}", "score is no whole number"},
            {"{" + record + R"(, "score": 1e999})", "score is no whole number"},
            {"{" + record + R"(, "score": -9223372036854775809})", "score is no whole number"},
            {"{" + record + R"(, "score": "1"})", "'score' has the wrong type"},
            {"{" + record + R"(, "lastCheck": "yesterday"})", "lastCheck is no time: 'yesterday'"},
            {"{" + record + R"(, "lastCheck": 7})", "'lastCheck' has the wrong type"},
        };
        for (const auto& [members, complaint] : damaged) {
            const Read read = readText(with(members));
            CPPUNIT_ASSERT_EQUAL_MESSAGE(members, std::string(), read.error);
            CPPUNIT_ASSERT_MESSAGE(members, read.entries.empty() && read.damage.size() == 1);
            assertContains(read.damage.front(), "entry 1 (" + exampleId + "): ");
            assertContains(read.damage.front(), complaint);
        }
        const Read other = readText(R"({"00": {"record": "enode://"}, "11": {)" + record + "}}");
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, other.damage.size());
        assertContains(other.damage.back(), "entry 2 ('11'): its record is that of " + exampleId);
    }

    void passesOverWhatItDoesNotKnow()
    {
        const Read read = readText(with(
            R"({"x": {"record": "y", "score": []}, "y": [[{"record": 1}]], "record": ")" + exampleRecord +
            R"(", "firstSeen": 7, "lastly": {}, "seq": 99999999999999999999999, "z": true})"));
        CPPUNIT_ASSERT(read.error.empty() && read.damage.empty() && read.entries.size() == 1);
    }

    void takesTheLargestScore()
    {
        const Read read =
            readText(with(R"({"record": ")" + exampleRecord + R"(", "score": 18446744073709551615})"));
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, read.entries.size());
        CPPUNIT_ASSERT_EQUAL(~std::uint64_t{0}, read.entries.front().history.score);
    }

    void oneWrongNumberDamagesOneNode()
    {
        const std::string good = exampleFile.substr(1, exampleFile.rfind('}') - 1);
        const Read read = readText(R"({"00": {"score": 99999999999999999999}, )" + good + '}');
        CPPUNIT_ASSERT_EQUAL(std::string(), read.error);
        CPPUNIT_ASSERT(read.entries.size() == 1 && read.damage.size() == 1);
    }

    void aByteOrderMarkMayStandBefore()
    {
        const Read read = readText("\xef\xbb\xbf" + exampleFile);
        CPPUNIT_ASSERT(read.error.empty() && read.damage.empty() && read.entries.size() == 1);
        CPPUNIT_ASSERT(!readText("\xef\xbb" + exampleFile).error.empty());
    }

    void refusesWhatIsNoObject()
    {
        for (const std::string text : {"", "[]", "[{}]", "7", "\"x\"", "null", "true", "<html>", "{} {}"})
            CPPUNIT_ASSERT_MESSAGE(text, !readText(text).error.empty());
    }

    void refusesAFileThatIsCutOffAnywhere()
    {
        const std::string whole = exampleFile.substr(0, exampleFile.size() - 1);
        for (std::size_t size = 0; size < whole.size(); ++size)
            CPPUNIT_ASSERT(!readText(whole.substr(0, size)).error.empty());
        assertContains(readText(exampleFile.substr(0, exampleFile.size() - 10)).error,
                       "in or behind entry 1");
    }

    void savesAndLoadsASet()
    {
        const testkit::TemporaryFolder folder;
        NodeSet nodes;
        for (std::uint64_t number = 1; number <= 20; ++number) {
            Entry entry(node::EnrBuilder().seq(number).sign(testkit::testKey(number)).value());
            entry.history.score = number;
            entry.history.lastResponse = WallTime(std::chrono::milliseconds(1'700'000'000'250));
            nodes.merge(std::move(entry));
        }
        const auto file = folder.path() / "nodes.json";
        CPPUNIT_ASSERT(saveNodesJson(file, nodes));
        const auto loaded = loadNodesJson(file);
        CPPUNIT_ASSERT(loaded && loaded->damaged.empty());
        CPPUNIT_ASSERT(loaded->nodes.entries() == nodes.entries());
    }

    void saysThatAFileIsMissing()
    {
        const auto loaded = loadNodesJson("/nonexistent/nodes.json");
        CPPUNIT_ASSERT(!loaded && loaded.error().code == ErrorCode::notFound);
        assertContains(loaded.error().message, "/nonexistent/nodes.json");
    }

    void readsTimesOfAllZones()
    {
        const WallTime noon{std::chrono::seconds(1'769'860'800)};
        CPPUNIT_ASSERT(fromTimestamp("2026-01-31T12:00:00Z") == noon);
        CPPUNIT_ASSERT(fromTimestamp("2026-01-31T14:30:00+02:30") == noon);
        CPPUNIT_ASSERT(fromTimestamp("2026-01-31T04:00:00-08:00") == noon);
        CPPUNIT_ASSERT(fromTimestamp("2026-02-01T11:59:00+23:59") == noon);
        CPPUNIT_ASSERT(fromTimestamp("2026-01-31T12:00:00.25Z") == noon + std::chrono::milliseconds(250));
        CPPUNIT_ASSERT(fromTimestamp("2026-01-31T12:00:00.123456789Z") ==
                       noon + std::chrono::microseconds(123456));
        CPPUNIT_ASSERT_EQUAL(std::string("2026-01-31T12:00:00Z"), toTimestamp(noon));
        CPPUNIT_ASSERT_EQUAL(std::string("2026-01-31T12:00:00.250000Z"),
                             toTimestamp(noon + std::chrono::milliseconds(250)));
    }

    void refusesWhatIsNoTime()
    {
        for (const std::string text :
             {"", "now", "2026-01-31", "2026-01-31T12:00:00", "2026-01-31 12:00:00Z", "2026-13-31T12:00:00Z",
              "2026-02-30T12:00:00Z", "2026-01-31T25:00:00Z", "2026-01-31T12:00:00Zulu",
              "2026-01-31T12:00:00.Z", "1969-12-31T12:00:00Z", "2201-01-01T00:00:00Z",
              "2026-01-31T12:00:00+2:00", "2023-02-28T00:00:00+99:99", "2023-02-28T00:00:00+24:00",
              "2023-02-28T00:00:00-00:60", "2026-01-31T24:00:00Z", "2026-01-31T12:60:00Z",
              "2026-01-31T12:00:61Z"})
            CPPUNIT_ASSERT_MESSAGE(text, !fromTimestamp(text));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(NodesJsonTest);

} // namespace waymark::toolkit::nodeset
