#include <waymark/node/Keccak.h>

#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>

namespace waymark::node
{

class KeccakTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(KeccakTest);
    CPPUNIT_TEST(matchesKnownDigests);
    CPPUNIT_TEST(padsAroundTheBlockSize);
    CPPUNIT_TEST(aStreamIsTheSameAsTheWhole);
    CPPUNIT_TEST_SUITE_END();

    void matchesKnownDigests()
    {
        CPPUNIT_ASSERT_EQUAL(std::string("c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"),
                             toHex(keccak256({})));
        CPPUNIT_ASSERT_EQUAL(std::string("4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45"),
                             toHex(keccak256(asBytes("abc"))));
        CPPUNIT_ASSERT_EQUAL(std::string("4d741b6f1eb29cb2a9b9911c82f56fa8d73b04959d3d9d222895df6c0b28aa15"),
                             toHex(keccak256(asBytes("The quick brown fox jumps over the lazy dog"))));
    }

    void padsAroundTheBlockSize()
    {
        // One block takes 136 bytes; 135 of them leave room for the single padding byte 0x81.
        CPPUNIT_ASSERT_EQUAL(std::string("34367dc248bbd832f4e3e69dfaac2f92638bd0bbd18f2912ba4ef454919cf446"),
                             toHex(keccak256(Bytes(135, 'a'))));
        CPPUNIT_ASSERT_EQUAL(std::string("a6c4d403279fe3e0af03729caada8374b5ca54d8065329a3ebcaeb4b60aa386e"),
                             toHex(keccak256(Bytes(136, 'a'))));
        CPPUNIT_ASSERT_EQUAL(std::string("d869f639c7046b4929fc92a4d988a8b22c55fbadb802c0c66ebcd484f1915f39"),
                             toHex(keccak256(Bytes(137, 'a'))));
    }

    void aStreamIsTheSameAsTheWhole()
    {
        const Bytes data(1000, 'x');
        for (const std::size_t piece : {1U, 7U, 136U, 999U}) {
            KeccakStream stream;
            for (std::size_t at = 0; at < data.size(); at += piece)
                stream.add(ByteView(data).subspan(at, std::min(piece, data.size() - at)));
            CPPUNIT_ASSERT_EQUAL(toHex(keccak256(data)), toHex(stream.digest()));
        }
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(KeccakTest);

} // namespace waymark::node
