#include "nodeset/Csv.h"
#include "nodeset/Lines.h"
#include "nodeset/NodeReader.h"
#include "nodeset/NodeWriter.h"
#include "tests/MadeNodes.h"

#include <cppunit/extensions/HelperMacros.h>

#include <sstream>

namespace waymark::toolkit::nodeset
{

using testing::at;
using testing::forkItem;
using testing::madeNode;

namespace
{

struct Read
{
    NodeSet nodes;
    std::optional<Format> format;
    std::vector<std::string> damage;
    std::string error;
};

Read readText(const std::string& text, std::optional<Format> format = std::nullopt)
{
    Read read;
    std::istringstream in(text);
    const auto result = readNodes(
        in, format, [&](Entry&& entry) { read.nodes.merge(std::move(entry)); },
        [&](const Damage& damage) { read.damage.push_back(damage.toString()); });
    if (result)
        read.format = *result;
    else
        read.error = result.error().message;
    return read;
}

std::string written(Format format, const NodeSet& nodes)
{
    std::ostringstream out;
    const auto writer = NodeWriter::of(format, out);
    for (const auto& [id, entry] : nodes.entries())
        writer->add(entry);
    writer->end();
    return out.str();
}

/// Records with and without addresses, and a URL.
NodeSet someNodes()
{
    NodeSet nodes;
    for (std::uint64_t number = 1; number <= 9; ++number) {
        Entry entry = madeNode(number, "10.0.0." + std::to_string(number),
                               number % 2 == 0 ? "2001:db8::1" : "", forkItem({1, 2, 3, 4}, number));
        entry.history = {number, at(1'000'000), at(1'500'000), at(2'000'000)};
        nodes.merge(std::move(entry));
    }
    nodes.merge(madeNode(10));
    nodes.merge(Entry(node::Enode{testkit::testKey(11).publicKey(),
                                  {node::IpAddress::parse("2001:db8::11").value(), 7, 8}}));
    return nodes;
}

void assertContains(const std::string& text, const std::string& part)
{
    CPPUNIT_ASSERT_MESSAGE("'" + part + "' is missing in: " + text, text.find(part) != std::string::npos);
}

} // namespace

class FormatsTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(FormatsTest);
    CPPUNIT_TEST(recognisesEveryFormat);
    CPPUNIT_TEST(formatsWithHistoryKeepEverything);
    CPPUNIT_TEST(aListKeepsRecordsAndUrls);
    CPPUNIT_TEST(urlsAndRecordsLeaveOutWhatTheyCannotSay);
    CPPUNIT_TEST(commentsAndEmptyLinesArePassedOver);
    CPPUNIT_TEST(damagedLinesAreToldByNumber);
    CPPUNIT_TEST(damagedEntriesOfArraysAreToldByNumber);
    CPPUNIT_TEST(tablesMayHaveOtherColumns);
    CPPUNIT_TEST(damagedRowsAreToldByNumber);
    CPPUNIT_TEST(fieldsOfCsvMayBeQuoted);
    CPPUNIT_TEST(noLineTakesMoreMemoryThanItMay);
    CPPUNIT_TEST(aByteOrderMarkIsPassedOver);
    CPPUNIT_TEST(nothingHasNoFormat);
    CPPUNIT_TEST(refusesWhatIsNoFormat);
    CPPUNIT_TEST_SUITE_END();

    void recognisesEveryFormat()
    {
        const auto nodes = someNodes();
        for (const auto& [as, recognised] :
             std::vector<std::pair<Format, Format>>{{Format::nodesJson, Format::nodesJson},
                                                    {Format::staticNodes, Format::staticNodes},
                                                    {Format::list, Format::list},
                                                    {Format::enodes, Format::list},
                                                    {Format::enrs, Format::list},
                                                    {Format::csv, Format::csv}}) {
            const std::string text = written(as, nodes);
            for (const std::string& before : {std::string(), std::string("\n \n")}) {
                const Read read = readText(before + text);
                CPPUNIT_ASSERT_EQUAL_MESSAGE(toString(as), std::string(), read.error);
                CPPUNIT_ASSERT_MESSAGE(toString(as), read.format == recognised && read.damage.empty());
                CPPUNIT_ASSERT(read.nodes.size() >= 9);
            }
            CPPUNIT_ASSERT(formatOf(toString(as)) == as);
            CPPUNIT_ASSERT(readText(text, as).nodes.size() == readText(text).nodes.size());
        }
    }

    void formatsWithHistoryKeepEverything()
    {
        const auto nodes = someNodes();
        for (const Format format : {Format::nodesJson, Format::csv})
            CPPUNIT_ASSERT(readText(written(format, nodes)).nodes.entries() == nodes.entries());
    }

    void aListKeepsRecordsAndUrls()
    {
        const auto nodes = someNodes();
        const Read read = readText(written(Format::list, nodes));
        CPPUNIT_ASSERT_EQUAL(std::size_t{11}, read.nodes.size());
        for (const auto& [id, entry] : nodes.entries())
            CPPUNIT_ASSERT_EQUAL(entry.text(), read.nodes.find(id)->text());
    }

    void urlsAndRecordsLeaveOutWhatTheyCannotSay()
    {
        const auto size = [](Format format) {
            return readText(written(format, someNodes())).nodes.size();
        };
        CPPUNIT_ASSERT_EQUAL(std::size_t{10}, size(Format::enrs));
        CPPUNIT_ASSERT_EQUAL(std::size_t{10}, size(Format::enodes));
        CPPUNIT_ASSERT_EQUAL(std::size_t{10}, size(Format::staticNodes));
        const NodeSet none;
        CPPUNIT_ASSERT_EQUAL(std::string("[]\n"), written(Format::staticNodes, none));
    }

    void commentsAndEmptyLinesArePassedOver()
    {
        const std::string node = madeNode(1, "10.0.0.1").text();
        const Read read =
            readText("\xef\xbb\xbf# nodes\r\n\r\n  " + node + "  # the first\r\n#" + node + "\n\t\n");
        CPPUNIT_ASSERT(read.error.empty() && read.damage.empty() && read.nodes.size() == 1);
        CPPUNIT_ASSERT(read.format == Format::list);
    }

    void damagedLinesAreToldByNumber()
    {
        const std::string node = madeNode(1, "10.0.0.1").text();
        const Read read =
            readText("# nodes\n" + node + "\n\nenode://00@10.0.0.1:1\n" + node.substr(0, 60) + "\nother\n");
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, read.nodes.size());
        CPPUNIT_ASSERT_EQUAL(std::size_t{3}, read.damage.size());
        assertContains(read.damage[0], "line 4: enode URL, id at character 9");
        assertContains(read.damage[1], "line 5: ENR");
        assertContains(read.damage[2], "line 6: a node is a record, enr:..., or a URL");
    }

    void damagedEntriesOfArraysAreToldByNumber()
    {
        const std::string node = '"' + madeNode(1, "10.0.0.1").url()->toString() + '"';
        const Read read = readText("[7, " + node + R"(, {"a": ["b"]}, ["c", 1], null, "d", )" + node + "]");
        CPPUNIT_ASSERT(read.error.empty() && read.nodes.size() == 1);
        CPPUNIT_ASSERT_EQUAL(std::size_t{5}, read.damage.size());
        assertContains(read.damage[0], "entry 1: it is no text");
        assertContains(read.damage[4], "entry 6: a node is");
        for (const std::string text : {"[", "[\"", "[]]", "[\"x\",]"})
            assertContains(readText(text).error, "it is no static-nodes.json");
        assertContains(readText("{}", Format::staticNodes).error, "no JSON array");
    }

    void tablesMayHaveOtherColumns()
    {
        const std::string node = madeNode(1, "10.0.0.1").text();
        const Read read =
            readText("comment,record,score\n\"a, b\"," + node + ",7\n\n# none\n,\"" + node + "\",\n");
        CPPUNIT_ASSERT_EQUAL(std::string(), read.error);
        CPPUNIT_ASSERT(read.damage.empty() && read.nodes.size() == 1 && read.format == Format::csv);
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{7}, read.nodes.entries().begin()->second.history.score);
    }

    void damagedRowsAreToldByNumber()
    {
        const std::string node = madeNode(1, "10.0.0.1").text();
        const Read read =
            readText("node_id,score,last_check,record\n,1,\n,x,," + node + "\n,,then," + node + "\n\"," +
                     node + "\n00,,," + node + "\n,,,\n,99999999999999999999,," + node + "\n");
        CPPUNIT_ASSERT(read.nodes.isEmpty());
        CPPUNIT_ASSERT_EQUAL(std::size_t{7}, read.damage.size());
        const std::vector<std::string> expected{"line 2: it has 3 fields, and the heading 4",
                                                "line 3: score is no whole number",
                                                "line 4: last_check is no time",
                                                "line 5: a quote is not closed",
                                                "line 6: its record is that of",
                                                "line 7: a node is",
                                                "line 8: score is no whole number"};
        for (std::size_t i = 0; i < expected.size(); ++i)
            assertContains(read.damage[i], expected[i]);
        assertContains(readText("a,b\n", Format::csv).error, "line 1 is no heading");
    }

    void fieldsOfCsvMayBeQuoted()
    {
        using Fields = std::vector<std::string>;
        CPPUNIT_ASSERT((splitCsv("a,b") == Fields{"a", "b"}));
        CPPUNIT_ASSERT((splitCsv("") == Fields{""}));
        CPPUNIT_ASSERT((splitCsv(",") == Fields{"", ""}));
        CPPUNIT_ASSERT((splitCsv(R"("a,b",c)") == Fields{"a,b", "c"}));
        CPPUNIT_ASSERT((splitCsv(R"("a""b","")") == Fields{"a\"b", ""}));
        for (const std::string bad : {R"(")", R"("a)", R"("a"b)", R"("a"")"})
            CPPUNIT_ASSERT_MESSAGE(bad, !splitCsv(bad));
    }

    void noLineTakesMoreMemoryThanItMay()
    {
        const std::string node = madeNode(1, "10.0.0.1").text();
        const Read read = readText(node + '\n' + std::string(1'000'000, 'x') + '\n' + node + ' ' + '\n');
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, read.damage.size());
        assertContains(read.damage.front(), "line 2: it is too long");
        std::istringstream in(std::string(Lines::longest + 1, 'x'));
        Lines lines(in);
        CPPUNIT_ASSERT_EQUAL(Lines::longest, lines.next()->size());
        CPPUNIT_ASSERT(lines.isCut() && !lines.next());
    }

    void aByteOrderMarkIsPassedOver()
    {
        const NodeSet nodes = someNodes();
        for (const Format format : {Format::nodesJson, Format::staticNodes, Format::list, Format::csv}) {
            const std::string text = written(format, nodes);
            for (const auto asked : {std::optional(format), std::optional<Format>()}) {
                const Read plain = readText(text, asked);
                const Read marked = readText("\xef\xbb\xbf" + text, asked);
                CPPUNIT_ASSERT_EQUAL_MESSAGE(toString(format), std::string(), marked.error);
                CPPUNIT_ASSERT(marked.format == format && marked.damage.empty() && !marked.nodes.isEmpty());
                CPPUNIT_ASSERT(plain.nodes.entries() == marked.nodes.entries());
            }
        }
    }

    void nothingHasNoFormat()
    {
        for (const std::string text : {"", "\n", "  ", "# nothing\n"}) {
            const Read read = readText(text);
            CPPUNIT_ASSERT(read.error.empty() && !read.format && read.nodes.isEmpty() && read.damage.empty());
        }
        for (const Format format : {Format::list, Format::enrs, Format::csv})
            CPPUNIT_ASSERT(readText("", format).error.empty());
        CPPUNIT_ASSERT(!readText("", Format::nodesJson).error.empty());
    }

    void refusesWhatIsNoFormat()
    {
        for (const std::string text : {"hello", "<html>", "a,b,c\n1,2,3", "0x00", "7", "\"enr:\""})
            assertContains(readText(text).error, "no set of nodes");
        assertContains(readText("{\"a\":").error, "no nodes.json");
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(FormatsTest);

} // namespace waymark::toolkit::nodeset
