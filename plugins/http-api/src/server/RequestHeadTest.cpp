#include "server/RequestHead.h"

#include <cppunit/extensions/HelperMacros.h>

namespace waymark::httpapi
{

class RequestHeadTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(RequestHeadTest);
    CPPUNIT_TEST(readsFraming);
    CPPUNIT_TEST(keepsAliveAsTheVersionAndTheFieldSay);
    CPPUNIT_TEST(scannerFindsTheEndWhereverPiecesAreCut);
    CPPUNIT_TEST(scannerRefusesControlCharactersAtOnce);
    CPPUNIT_TEST(everyPrefixIsRefusedOrIncomplete);
    CPPUNIT_TEST(limitsAreAsDocumented);
    CPPUNIT_TEST_SUITE_END();

    static RequestHead parse(const std::string& fields, const std::string& line = "POST /a HTTP/1.1")
    {
        return RequestHead::parse(line + "\r\nHost: a\r\n" + fields + "\r\n").value();
    }

    void readsFraming()
    {
        CPPUNIT_ASSERT(!parse("").hasBody());
        CPPUNIT_ASSERT(!parse("Content-Length: 0\r\n").hasBody());
        CPPUNIT_ASSERT_EQUAL(std::uint64_t(17), *parse("content-LENGTH:  17 \t\r\n").contentLength);
        CPPUNIT_ASSERT(parse("Transfer-Encoding: CHUNKED\r\n").chunked);
        CPPUNIT_ASSERT(parse("Expect: 100-Continue\r\n").expectsContinue);
        CPPUNIT_ASSERT(!parse("Expect: 100-continue\r\n", "POST /a HTTP/1.0").expectsContinue);
        CPPUNIT_ASSERT(parse("", "HEAD /a HTTP/1.1").isHead);
    }

    void keepsAliveAsTheVersionAndTheFieldSay()
    {
        CPPUNIT_ASSERT(parse("").keepAlive);
        CPPUNIT_ASSERT(!parse("Connection: CLOSE\r\n").keepAlive);
        CPPUNIT_ASSERT(!parse("Connection: upgrade , close\r\n").keepAlive);
        CPPUNIT_ASSERT(parse("Connection: closed\r\n").keepAlive);
        CPPUNIT_ASSERT(!parse("Connection: keep-alive\r\n", "GET / HTTP/1.0").keepAlive);
    }

    /// 0: it is taken.
    static int statusOf(const std::string& line, const std::string& fields)
    {
        const auto head = RequestHead::parse(line + "\r\nHost: a\r\n" + fields + "\r\n");
        return head ? 0 : head.error().status;
    }
    static std::string repeated(std::size_t count)
    {
        std::string fields;
        for (std::size_t i = 0; i < count; ++i)
            fields += "X: y\r\n";
        return fields;
    }

    void limitsAreAsDocumented()
    {
        const std::string line = "GET / HTTP/1.1";
        const auto xs = [](std::size_t count) {
            return std::string(count, 'x');
        };
        CPPUNIT_ASSERT_EQUAL(0, statusOf(line, repeated(99))); // and Host
        CPPUNIT_ASSERT_EQUAL(431, statusOf(line, repeated(100)));
        CPPUNIT_ASSERT_EQUAL(0, statusOf(line, xs(200) + ": y\r\n"));
        CPPUNIT_ASSERT_EQUAL(431, statusOf(line, xs(201) + ": y\r\n"));
        CPPUNIT_ASSERT_EQUAL(0, statusOf(line, "X: " + xs(8000) + "\r\n"));
        CPPUNIT_ASSERT_EQUAL(431, statusOf(line, "X: " + xs(8001) + "\r\n"));
        CPPUNIT_ASSERT_EQUAL(0, statusOf("GET /" + xs(7999) + " HTTP/1.1", ""));
        CPPUNIT_ASSERT_EQUAL(414, statusOf("GET /" + xs(8000) + " HTTP/1.1", ""));
        CPPUNIT_ASSERT_EQUAL(0, statusOf(xs(24) + " / HTTP/1.1", ""));
        CPPUNIT_ASSERT_EQUAL(400, statusOf(xs(25) + " / HTTP/1.1", ""));
    }

    void scannerFindsTheEndWhereverPiecesAreCut()
    {
        const std::string head = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
        const std::string received = head + "body\r\n\r\n";
        for (std::size_t first = 0; first < received.size(); ++first) {
            HeadScanner scanner;
            auto length = scanner.scan(std::string_view(received).substr(0, first)).value();
            CPPUNIT_ASSERT_EQUAL(first >= head.size(), length.has_value());
            if (!length)
                length = scanner.scan(received).value();
            CPPUNIT_ASSERT_EQUAL(head.size(), *length);
        }
    }

    void scannerRefusesControlCharactersAtOnce()
    {
        for (const std::string& bytes : {std::string("\0", 1), std::string("G\x7f"), std::string("GET /\n"),
                                         std::string("GET /\rX"), std::string("\x16\x03\x01")})
            CPPUNIT_ASSERT_EQUAL(400, HeadScanner().scan(bytes).error().status);
    }

    void everyPrefixIsRefusedOrIncomplete()
    {
        const std::string head = "POST /peers?x=1 HTTP/1.1\r\nHost: a\r\nContent-Length: 12\r\n\r\n";
        for (std::size_t length = 0; length < head.size(); ++length) {
            CPPUNIT_ASSERT(!HeadScanner().scan(std::string_view(head).substr(0, length)).value());
            // Whatever a defect elsewhere passed on: refused or read, never beyond its end.
            const std::string copy = head.substr(0, length);
            const auto parsed = RequestHead::parse(copy);
            CPPUNIT_ASSERT(parsed || parsed.error().status == 400);
        }
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(RequestHeadTest);

} // namespace waymark::httpapi
