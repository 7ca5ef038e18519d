#include "toolkit/tests/Shown.h"

#include <waymark/toolkit/Listing.h>
#include <waymark/toolkit/Record.h>

#include <cppunit/extensions/HelperMacros.h>

#include <stdexcept>
#include <string>

namespace waymark::toolkit
{

class ListingTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(ListingTest);
    CPPUNIT_TEST(aListOnATerminalIsATable);
    CPPUNIT_TEST(theLastColumnEndsAtTheEdge);
    CPPUNIT_TEST(lettersOfSeveralBytesTakeOneColumn);
    CPPUNIT_TEST(elsewhereColumnsArePlain);
    CPPUNIT_TEST(jsonOfAListIsOneArray);
    CPPUNIT_TEST(aStreamComesRowByRow);
    CPPUNIT_TEST(aTableWithoutRowsIsNotPrinted);
    CPPUNIT_TEST(rowsMustFit);
    CPPUNIT_TEST(headingsAreStrongWhereColourIsWanted);
    CPPUNIT_TEST(recordsHaveALineForEachField);
    CPPUNIT_TEST_SUITE_END();

    using To = Shown::To;

    static std::vector<Column> columns()
    {
        return {{"address", "ADDRESS"}, {"round_trip_ms", "TIME", 0, true}, {"client", "CLIENT"}};
    }

    static void fill(Listing& listing)
    {
        listing.add({"127.0.0.1:30303", Cell::number(0.25, 3).shownAs("0.250 ms"), "waymark"});
        listing.add({"::1", Cell(), "another one"});
    }

    static std::string list(Shown&& shown)
    {
        auto listing = Listing::list(shown.context, shown.values, columns());
        fill(listing);
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, listing.size());
        listing.end();
        return shown.out.str();
    }

    void aListOnATerminalIsATable()
    {
        CPPUNIT_ASSERT_EQUAL(std::string("ADDRESS              TIME  CLIENT\n"
                                         "127.0.0.1:30303  0.250 ms  waymark\n"
                                         "::1                     -  another one\n"),
                             list(Shown(To::terminal)));
    }

    void theLastColumnEndsAtTheEdge()
    {
        CPPUNIT_ASSERT_EQUAL(std::string("ADDRESS              TIME  CLIENT\n"
                                         "127.0.0.1:30303  0.250 ms  waymark\n"
                                         "::1                     -  anothe\u2026\n"),
                             list(Shown(To::terminal, false, 34)));
    }

    void lettersOfSeveralBytesTakeOneColumn()
    {
        Shown shown(To::terminal);
        auto listing = Listing::list(shown.context, shown.values, {{"name", "NAME"}, {"n", "N"}});
        listing.add({"\u00fcber", 1});
        listing.add({"under", 2});
        listing.end();
        CPPUNIT_ASSERT_EQUAL(std::string("NAME   N\n\u00fcber   1\nunder  2\n"), shown.out.str());
    }

    void elsewhereColumnsArePlain()
    {
        CPPUNIT_ASSERT_EQUAL(std::string("127.0.0.1:30303\t0.250 ms\twaymark\n::1\t-\tanother one\n"),
                             list(Shown(To::file, false, 34)));
    }

    void jsonOfAListIsOneArray()
    {
        const std::string expected = R"([
{"address":"127.0.0.1:30303","round_trip_ms":0.250,"client":"waymark"},
{"address":"::1","round_trip_ms":null,"client":"another one"}
]
)";
        CPPUNIT_ASSERT_EQUAL(expected, list(Shown(To::file, true)));
        CPPUNIT_ASSERT_EQUAL(expected, list(Shown(To::terminal, true)));
        Shown empty(To::file, true);
        Listing::list(empty.context, empty.values, columns()).end();
        CPPUNIT_ASSERT_EQUAL(std::string("[]\n"), empty.out.str());
    }

    void aStreamComesRowByRow()
    {
        Shown shown(To::terminal);
        auto listing = Listing::stream(shown.context, shown.values, {{"n", "N", 3, true}, {"name", "NAME"}});
        listing.add({1, "one"});
        CPPUNIT_ASSERT_EQUAL(std::string("  N  NAME\n  1  one\n"), shown.out.str());
        listing.add({1000, "many"});
        listing.end();
        CPPUNIT_ASSERT_EQUAL(std::string("  N  NAME\n  1  one\n1000  many\n"), shown.out.str());
        Shown json(To::terminal, true);
        auto lines = Listing::stream(json.context, json.values, {{"n", "N"}});
        lines.add({1});
        lines.add({2});
        lines.end();
        CPPUNIT_ASSERT_EQUAL(std::string("{\"n\":1}\n{\"n\":2}\n"), json.out.str());
    }

    void aTableWithoutRowsIsNotPrinted()
    {
        for (const To to : {To::file, To::terminal}) {
            Shown shown(to);
            Listing::list(shown.context, shown.values, columns()).end();
            Listing::stream(shown.context, shown.values, columns()).end();
            CPPUNIT_ASSERT_EQUAL(std::string(), shown.out.str());
        }
    }

    void rowsMustFit()
    {
        Shown shown(To::file);
        auto listing = Listing::list(shown.context, shown.values, columns());
        CPPUNIT_ASSERT_THROW(listing.add({"one"}), std::invalid_argument);
    }

    void headingsAreStrongWhereColourIsWanted()
    {
        Shown shown(To::terminal, false, 80, true);
        auto listing = Listing::list(shown.context, shown.values, {{"n", "N"}});
        listing.add({1});
        listing.end();
        CPPUNIT_ASSERT_EQUAL(std::string("\x1b[1mN\x1b[0m\n1\n"), shown.out.str());
    }

    void recordsHaveALineForEachField()
    {
        Record record;
        record.add("seq", 7).add("udp_port", "UDP port", 30303).add("hidden", "", "x");
        record.addIf("ip6", "IPv6", std::optional<std::string>());
        Shown terminal(To::terminal);
        record.print(terminal.context, terminal.values);
        CPPUNIT_ASSERT_EQUAL(std::string("seq       7\nUDP port  30303\n"), terminal.out.str());
        Shown file(To::file);
        record.print(file.context, file.values);
        CPPUNIT_ASSERT_EQUAL(std::string("seq\t7\nUDP port\t30303\n"), file.out.str());
        Shown json(To::terminal, true);
        record.print(json.context, json.values);
        CPPUNIT_ASSERT_EQUAL(std::string("{\"seq\":7,\"udp_port\":30303,\"hidden\":\"x\"}\n"),
                             json.out.str());
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(ListingTest);

} // namespace waymark::toolkit
