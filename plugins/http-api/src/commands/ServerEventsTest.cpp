#include "commands/ServerEvents.h"

#include <cppunit/extensions/HelperMacros.h>

#include <string>

namespace waymark::httpapi
{

/// The format of WHATWG HTML, section 9.2, in whatever pieces it comes.
class ServerEventsTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(ServerEventsTest);
    CPPUNIT_TEST(readsEventsInAnyPieces);
    CPPUNIT_TEST(takesEveryLineEnd);
    CPPUNIT_TEST(joinsLinesOfData);
    CPPUNIT_TEST(commentsAndWhatIsNotWholeAreNoEvents);
    CPPUNIT_TEST(idStaysUntilThereIsAnother);
    CPPUNIT_TEST(tooLargeEventsAreRefused);
    CPPUNIT_TEST_SUITE_END();

    /// As "id|name|data;" for each, in pieces of so many bytes.
    static std::string read(std::string_view text, std::size_t piece)
    {
        ServerEvents events;
        std::string seen;
        while (!text.empty()) {
            const auto part = text.substr(0, piece);
            text.remove_prefix(part.size());
            const auto good = events.read(part, [&seen](const ServerEvent& event) {
                seen += event.id + '|' + event.name + '|' + event.data + ';';
            });
            CPPUNIT_ASSERT(good.has_value());
        }
        return seen;
    }

    void readsEventsInAnyPieces()
    {
        const std::string text = "\xef\xbb\xbfretry: 3000\nid: a-1\nevent: revision\ndata: {}\n\n"
                                 ":\n\nid: a-2\nevent: put\ndata:{\"id\": 1}\n\n";
        for (std::size_t piece = 1; piece <= text.size(); ++piece)
            CPPUNIT_ASSERT_EQUAL(std::string("a-1|revision|{};a-2|put|{\"id\": 1};"), read(text, piece));
    }

    void takesEveryLineEnd()
    {
        for (std::size_t piece = 1; piece < 8; ++piece)
            CPPUNIT_ASSERT_EQUAL(std::string("|message|a;|message|b;|message|c;"),
                                 read("data: a\n\ndata: b\r\n\r\ndata: c\r\r", piece));
    }

    void joinsLinesOfData()
    {
        CPPUNIT_ASSERT_EQUAL(std::string("|message|a\nb;"), read("data: a\ndata: b\n\n", 100));
    }

    void commentsAndWhatIsNotWholeAreNoEvents()
    {
        CPPUNIT_ASSERT_EQUAL(std::string(), read(": hello\n\nevent: put\n\nunknown: 1\n\ndata: half\n", 100));
    }

    void idStaysUntilThereIsAnother()
    {
        CPPUNIT_ASSERT_EQUAL(std::string("1|message|a;1|message|b;|message|c;"),
                             read("id: 1\ndata: a\n\ndata: b\n\nid\ndata: c\n\n", 100));
    }

    void tooLargeEventsAreRefused()
    {
        const std::string half(600000, 'x');
        for (const std::string& text : {"data: " + half + "\ndata: " + half + "\n\n", half + half}) {
            ServerEvents events;
            const auto read = events.read(text, [](const ServerEvent&) { CPPUNIT_FAIL("it is too large"); });
            CPPUNIT_ASSERT(!read.has_value());
            CPPUNIT_ASSERT(read.error().code == ErrorCode::tooLarge);
        }
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(ServerEventsTest);

} // namespace waymark::httpapi
