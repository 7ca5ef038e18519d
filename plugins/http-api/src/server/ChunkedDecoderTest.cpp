#include "server/ChunkedDecoder.h"

#include <cppunit/extensions/HelperMacros.h>

namespace waymark::httpapi
{

class ChunkedDecoderTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(ChunkedDecoderTest);
    CPPUNIT_TEST(decodesWhereverPiecesAreCutAndLeavesTheRest);
    CPPUNIT_TEST(refusesWhatIsNotStrict);
    CPPUNIT_TEST(refusesMoreThanTheLimitBeforeItArrives);
    CPPUNIT_TEST(boundsExtensionsAndTrailers);
    CPPUNIT_TEST_SUITE_END();

    void decodesWhereverPiecesAreCutAndLeavesTheRest()
    {
        const std::string chunks = "3;a=b\r\nabc\r\n0A\r\n0123456789\r\n0\r\nT: x\r\n\r\n";
        for (std::size_t cut = 0; cut <= chunks.size(); ++cut) {
            ChunkedDecoder decoder(13);
            SecretBuffer body;
            SecretBuffer input(chunks.substr(0, cut));
            CPPUNIT_ASSERT_EQUAL(cut == chunks.size(), decoder.decode(input, body).value());
            input.append(chunks.substr(cut) + "GET /");
            CPPUNIT_ASSERT(decoder.decode(input, body).value());
            CPPUNIT_ASSERT_EQUAL(std::string("abc0123456789"), std::string(body.view()));
            CPPUNIT_ASSERT_EQUAL(std::string("GET /"), std::string(input.view()));
        }
    }

    static Answered<bool> decode(const std::string& chunks, std::size_t limit = 1000)
    {
        SecretBuffer body;
        SecretBuffer input(chunks);
        return ChunkedDecoder(limit).decode(input, body);
    }

    void refusesWhatIsNotStrict()
    {
        for (const char* chunks : {"\r\n",
                                   "x\r\n",
                                   " 1\r\na\r\n",
                                   "1 \r\na\r\n",
                                   "+1\r\n",
                                   "0x1\r\n",
                                   "1\na\r\n",
                                   "1\r\nab",
                                   "1\r\na\n",
                                   "1\r\na\rb",
                                   "123456789\r\n",
                                   "0\r\nT: x\n",
                                   "\n",
                                   "1;a\rb\r\na\r\n",
                                   "1;\x01\r\na\r\n",
                                   "0\r\nT\r\n",
                                   "0\r\n: x\r\n",
                                   "0\r\n T: x\r\n",
                                   "0\r\nT : x\r\n",
                                   "0\r\nT: \rx\r\n",
                                   "0\r\nGET / HTTP/1.1\r\n"})
            CPPUNIT_ASSERT_EQUAL_MESSAGE(chunks, 400, decode(chunks).error().status);
        for (const char* incomplete : {"", "1", "1\r", "1\r\n", "1\r\na", "1\r\na\r", "0\r\n", "0\r\n\r"})
            CPPUNIT_ASSERT_MESSAGE(incomplete, !decode(incomplete).value());
    }

    void refusesMoreThanTheLimitBeforeItArrives()
    {
        CPPUNIT_ASSERT_EQUAL(413, decode("B\r\n", 10).error().status);
        CPPUNIT_ASSERT_EQUAL(413, decode("5\r\nabcde\r\n6\r\n", 10).error().status);
        CPPUNIT_ASSERT_EQUAL(413, decode("ffffffff\r\n", 10).error().status);
        CPPUNIT_ASSERT(decode("5\r\nabcde\r\n5\r\nabcde\r\n0\r\n\r\n", 10).value());
    }

    void boundsExtensionsAndTrailers()
    {
        CPPUNIT_ASSERT_EQUAL(400, decode("1;" + std::string(300, 'x')).error().status);
        std::string chunks;
        for (int i = 0; i < 100; ++i)
            chunks += "1;" + std::string(200, 'x') + "\r\na\r\n";
        CPPUNIT_ASSERT_EQUAL(400, decode(chunks).error().status);
        std::string trailers = "0\r\n";
        for (int i = 0; i < 100; ++i)
            trailers += "T: " + std::string(200, 'x') + "\r\n";
        CPPUNIT_ASSERT_EQUAL(400, decode(trailers).error().status);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(ChunkedDecoderTest);

} // namespace waymark::httpapi
