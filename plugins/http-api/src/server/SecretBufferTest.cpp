#include "server/SecretBuffer.h"

#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>

namespace waymark::httpapi
{

class SecretBufferTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(SecretBufferTest);
    CPPUNIT_TEST(keepsItsContentWhileItMoves);
    CPPUNIT_TEST(consumedBytesAreOverwritten);
    CPPUNIT_TEST(reusesItsFront);
    CPPUNIT_TEST(movedFromIsEmpty);
    CPPUNIT_TEST_SUITE_END();

    static std::string text(const SecretBuffer& buffer) { return std::string(buffer.view()); }

    void keepsItsContentWhileItMoves()
    {
        SecretBuffer buffer("abc");
        for (int i = 0; i < 1000; ++i)
            buffer.append("0123456789");
        buffer.consume(3);
        CPPUNIT_ASSERT_EQUAL(std::size_t(10000), buffer.size());
        CPPUNIT_ASSERT(text(buffer).starts_with("0123456789") && text(buffer).ends_with("0123456789"));
        buffer.consume(20000);
        CPPUNIT_ASSERT(buffer.empty());
    }

    void consumedBytesAreOverwritten()
    {
        SecretBuffer buffer("secret and more");
        const char* const start = buffer.view().data();
        buffer.consume(6);
        CPPUNIT_ASSERT(std::all_of(start, start + 6, [](char c) { return c == '\0'; }));
        buffer.wipe();
        CPPUNIT_ASSERT(std::all_of(start, start + 15, [](char c) { return c == '\0'; }));
    }

    void reusesItsFront()
    {
        SecretBuffer buffer;
        buffer.reserve(16);
        buffer.append("0123456789abcdef");
        const char* const start = buffer.view().data();
        buffer.consume(12);
        buffer.append("ghijkl");
        CPPUNIT_ASSERT_EQUAL(std::string("cdefghijkl"), text(buffer));
        CPPUNIT_ASSERT_EQUAL(start, buffer.view().data());
        CPPUNIT_ASSERT(std::all_of(start + 10, start + 16, [](char c) { return c == '\0'; }));
    }

    void movedFromIsEmpty()
    {
        SecretBuffer first("abc");
        SecretBuffer second(std::move(first));
        first = SecretBuffer("x");
        CPPUNIT_ASSERT_EQUAL(std::string("x"), text(first));
        CPPUNIT_ASSERT_EQUAL(std::string("abc"), text(second));
        second = std::move(first);
        CPPUNIT_ASSERT_EQUAL(std::string("x"), text(second));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(SecretBufferTest);

} // namespace waymark::httpapi
