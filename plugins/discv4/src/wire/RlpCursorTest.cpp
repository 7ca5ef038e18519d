#include "wire/RlpCursor.h"

#include <waymark/node/Rlp.h>

#include <cppunit/TestFixture.h>
#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>
#include <random>

namespace waymark::discv4::wire
{

/// The cursor reads what the reader of core reads, and refuses what that refuses.
class RlpCursorTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(RlpCursorTest);
    CPPUNIT_TEST(agreesWithTheReaderOnEveryPrefix);
    CPPUNIT_TEST(agreesWithTheReaderOnRandomBytes);
    CPPUNIT_TEST(toleratesLeadingZerosOnlyWhereAsked);
    CPPUNIT_TEST_SUITE_END();

public:
    void agreesWithTheReaderOnEveryPrefix()
    {
        for (unsigned first = 0; first < 256; ++first) {
            for (unsigned second = 0; second < 256; ++second) {
                Bytes bytes(70, 0x11);
                bytes[0] = static_cast<Byte>(first);
                bytes[1] = static_cast<Byte>(second);
                for (const std::size_t size : {0U, 1U, 2U, 3U, 56U, 57U, 58U, 70U})
                    compare(ByteView(bytes).first(size));
            }
        }
    }

    void agreesWithTheReaderOnRandomBytes()
    {
        std::mt19937 random(20'260'101);
        std::uniform_int_distribution<unsigned> byte(0, 255);
        std::uniform_int_distribution<std::size_t> length(0, 400);
        for (int i = 0; i < 20'000; ++i) {
            Bytes bytes(length(random));
            std::ranges::generate(bytes, [&] { return static_cast<Byte>(byte(random)); });
            if (!bytes.empty() && i % 2 == 0)
                bytes[0] = static_cast<Byte>(0xb5 + byte(random) % 0x4b);
            compare(bytes);
        }
    }

    void toleratesLeadingZerosOnlyWhereAsked()
    {
        const Bytes padded{0x82, 0x00, 0x50};
        CPPUNIT_ASSERT(!RlpCursor(padded).integer());
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{0x50}, *RlpCursor(padded).paddedInteger());
    }

private:
    static void compare(ByteView bytes)
    {
        RlpCursor cursor(bytes);
        node::rlp::Reader reader(bytes);
        const auto whole = reader.raw();
        const auto raw = cursor.raw();
        CPPUNIT_ASSERT_EQUAL(whole.has_value(), raw.has_value());
        if (raw)
            CPPUNIT_ASSERT(std::ranges::equal(*whole, *raw));
        CPPUNIT_ASSERT_EQUAL(reader.rest().size(), cursor.rest().size());

        const auto text = node::rlp::Reader(bytes).string();
        const auto string = RlpCursor(bytes).string();
        CPPUNIT_ASSERT_EQUAL(text.has_value(), string.has_value());
        if (string)
            CPPUNIT_ASSERT(std::ranges::equal(*text, *string));

        const auto number = node::rlp::Reader(bytes).integer();
        const auto integer = RlpCursor(bytes).integer();
        CPPUNIT_ASSERT_EQUAL(number.has_value(), integer.has_value());
        if (integer)
            CPPUNIT_ASSERT_EQUAL(*number, *integer);

        CPPUNIT_ASSERT_EQUAL(node::rlp::Reader(bytes).list().has_value(),
                             RlpCursor(bytes).list().has_value());
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(RlpCursorTest);

} // namespace waymark::discv4::wire
