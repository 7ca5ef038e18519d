#include <waymark/node/Rlp.h>

#include <cppunit/extensions/HelperMacros.h>

#include <functional>

namespace waymark::node::rlp
{

namespace
{

Bytes hex(std::string_view text)
{
    return fromHex(text).value();
}

std::string written(const std::function<void(Writer&)>& write)
{
    Bytes out;
    Writer writer(out);
    write(writer);
    return toHex(out);
}

/// Asks a reader for everything that it can be asked for.
void assertNothingReads(const Reader& reader)
{
    FixedBytes<4> fixed{};
    CPPUNIT_ASSERT(!Reader(reader).peek());
    CPPUNIT_ASSERT(!Reader(reader).string());
    CPPUNIT_ASSERT(!Reader(reader).fixed(fixed));
    CPPUNIT_ASSERT(!Reader(reader).integer());
    CPPUNIT_ASSERT(!Reader(reader).paddedInteger(8));
    CPPUNIT_ASSERT(!Reader(reader).list());
    CPPUNIT_ASSERT(!Reader(reader).raw());
    CPPUNIT_ASSERT(!Reader(reader).skip());
}

} // namespace

class RlpTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(RlpTest);
    CPPUNIT_TEST(writesTheExamplesOfTheSpecification);
    CPPUNIT_TEST(readsTheExamplesOfTheSpecification);
    CPPUNIT_TEST(crossesFromShortToLongForms);
    CPPUNIT_TEST(roundTripsIntegersAtByteBoundaries);
    CPPUNIT_TEST(refusesWhatIsNotCanonical);
    CPPUNIT_TEST(refusesLengthsBeyondTheInput);
    CPPUNIT_TEST(refusesIntegersWithLeadingZeros);
    CPPUNIT_TEST(toleratesPaddingWhereItIsAskedFor);
    CPPUNIT_TEST(keepsItsPositionWhenItFails);
    CPPUNIT_TEST(refusesTheOtherKind);
    CPPUNIT_TEST(truncatedAtEveryByteIsAnError);
    CPPUNIT_TEST(everyShortInputIsCanonicalOrRefused);
    CPPUNIT_TEST(sizesAgreeWithWhatIsWritten);
    CPPUNIT_TEST_SUITE_END();

    void writesTheExamplesOfTheSpecification()
    {
        CPPUNIT_ASSERT_EQUAL(std::string("83646f67"), written([](Writer& w) { w.string(asBytes("dog")); }));
        CPPUNIT_ASSERT_EQUAL(std::string("c88363617483646f67"), written([](Writer& w) {
                                 const auto mark = w.beginList();
                                 w.string(asBytes("cat")).string(asBytes("dog")).endList(mark);
                             }));
        CPPUNIT_ASSERT_EQUAL(std::string("80"), written([](Writer& w) { w.string({}); }));
        CPPUNIT_ASSERT_EQUAL(std::string("c0"), written([](Writer& w) { w.endList(w.beginList()); }));
        CPPUNIT_ASSERT_EQUAL(std::string("80"), written([](Writer& w) { w.integer(0); }));
        CPPUNIT_ASSERT_EQUAL(std::string("00"), written([](Writer& w) { w.string(Bytes{0x00}); }));
        CPPUNIT_ASSERT_EQUAL(std::string("0f"), written([](Writer& w) { w.integer(15); }));
        CPPUNIT_ASSERT_EQUAL(std::string("820400"), written([](Writer& w) { w.integer(1024); }));
        CPPUNIT_ASSERT_EQUAL(std::string("c7c0c1c0c3c0c1c0"), written([](Writer& w) {
                                 const Bytes empty = hex("c0");
                                 const auto outer = w.beginList();
                                 w.raw(empty);
                                 const auto second = w.beginList();
                                 w.raw(empty).endList(second);
                                 const auto third = w.beginList();
                                 w.raw(empty);
                                 const auto inner = w.beginList();
                                 w.raw(empty).endList(inner).endList(third).endList(outer);
                             }));
        CPPUNIT_ASSERT(written([](Writer& w) {
                           w.string(asBytes("Lorem ipsum dolor sit amet, consectetur adipisicing elit"));
                       }).starts_with("b8384c6f72656d20"));
    }

    void readsTheExamplesOfTheSpecification()
    {
        const Bytes bytes = hex("c88363617483646f67");
        Reader reader(bytes);
        CPPUNIT_ASSERT(reader.peek().value() == Kind::list);
        Reader list = reader.list().value();
        CPPUNIT_ASSERT(reader.atEnd());
        CPPUNIT_ASSERT(std::ranges::equal(list.string().value(), asBytes("cat")));
        CPPUNIT_ASSERT(std::ranges::equal(list.raw().value(), hex("83646f67")));
        CPPUNIT_ASSERT(list.atEnd());
        CPPUNIT_ASSERT(list.string().error().code == ErrorCode::truncated);
    }

    void crossesFromShortToLongForms()
    {
        for (const std::size_t size : {0U, 1U, 2U, 54U, 55U, 56U, 57U, 255U, 256U, 65535U, 65536U}) {
            const Bytes payload(size, 0xab);
            Bytes out;
            Writer writer(out);
            const auto mark = writer.beginList();
            writer.string(payload).endList(mark);
            Reader reader(out);
            Reader list = reader.list().value();
            CPPUNIT_ASSERT(std::ranges::equal(list.string().value(), payload));
            CPPUNIT_ASSERT(list.atEnd() && reader.atEnd());
        }
    }

    void roundTripsIntegersAtByteBoundaries()
    {
        for (unsigned bits = 0; bits < 64; ++bits)
            for (const std::uint64_t value : {(std::uint64_t{1} << bits) - 1, std::uint64_t{1} << bits}) {
                Bytes out;
                Writer(out).integer(value);
                CPPUNIT_ASSERT_EQUAL(value, Reader(out).integer().value());
                CPPUNIT_ASSERT_EQUAL(value, Reader(out).paddedInteger(8).value());
            }
        CPPUNIT_ASSERT_EQUAL(~std::uint64_t{0}, Reader(hex("88ffffffffffffffff")).integer().value());
        CPPUNIT_ASSERT(Reader(hex("89010000000000000000")).integer().error().code == ErrorCode::tooLarge);
    }

    void refusesWhatIsNotCanonical()
    {
        const std::string zeros(2 * 56, '0');
        for (const std::string& text :
             {std::string("8100"), std::string("817f"), "b837" + zeros, "b90038" + zeros, "f837" + zeros,
              "f90038" + zeros, std::string("b800"), std::string("f800"),
              std::string("bf0000000000000001")}) {
            const Bytes bytes = hex(text);
            assertNothingReads(Reader(bytes));
        }
        CPPUNIT_ASSERT(Reader(hex("817f")).string().error().code == ErrorCode::nonCanonical);
        CPPUNIT_ASSERT(Reader(hex("8180")).string());
    }

    void refusesLengthsBeyondTheInput()
    {
        for (const std::string_view text : {"83aabb", "b838aa", "bfffffffffffffffff00", "c1", "f8ff00",
                                            "ffffffffffffffffff00", "bf80000000000000ff", "b8", "f9ff"}) {
            const Bytes bytes = hex(text);
            assertNothingReads(Reader(bytes));
            CPPUNIT_ASSERT(Reader(bytes).raw().error().code == ErrorCode::truncated);
        }
    }

    void refusesIntegersWithLeadingZeros()
    {
        for (const std::string_view text : {"00", "820050", "88000000000000000f"}) {
            const Bytes bytes = hex(text);
            CPPUNIT_ASSERT(Reader(bytes).integer().error().code == ErrorCode::nonCanonical);
        }
    }

    void toleratesPaddingWhereItIsAskedFor()
    {
        const Bytes padded = hex("820050");
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{80}, Reader(padded).paddedInteger(2).value());
        CPPUNIT_ASSERT(Reader(padded).paddedInteger(1).error().code == ErrorCode::tooLarge);
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{0}, Reader(hex("00")).paddedInteger(2).value());
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{0}, Reader(hex("80")).paddedInteger(2).value());
        const Bytes wide = hex("8a00000102030405060708");
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{0x0102030405060708}, Reader(wide).paddedInteger(10).value());
        const Bytes tooWide = hex("89010000000000000000");
        CPPUNIT_ASSERT(Reader(tooWide).paddedInteger(32).error().code == ErrorCode::tooLarge);
    }

    void keepsItsPositionWhenItFails()
    {
        const Bytes bytes = hex("8200508100");
        Reader reader(bytes);
        FixedBytes<3> three{};
        CPPUNIT_ASSERT(!reader.integer());
        CPPUNIT_ASSERT(!reader.paddedInteger(1));
        CPPUNIT_ASSERT(!reader.fixed(three));
        CPPUNIT_ASSERT(!reader.list());
        CPPUNIT_ASSERT_EQUAL(bytes.size(), reader.rest().size());
        CPPUNIT_ASSERT(reader.skip());
        CPPUNIT_ASSERT(!reader.skip());
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, reader.rest().size());
    }

    void refusesTheOtherKind()
    {
        CPPUNIT_ASSERT(Reader(hex("c0")).string().error().code == ErrorCode::invalidArgument);
        CPPUNIT_ASSERT(Reader(hex("80")).list().error().code == ErrorCode::invalidArgument);
    }

    void truncatedAtEveryByteIsAnError()
    {
        const std::string filler(2 * 300, 'a');
        for (const std::string& text :
             {std::string("83646f67"), std::string("c88363617483646f67"), std::string("88ffffffffffffffff"),
              "b838" + filler.substr(0, 2 * 56), "b9012c" + filler, "f838" + filler.substr(0, 2 * 56),
              "f9012c" + filler}) {
            const Bytes bytes = hex(text);
            CPPUNIT_ASSERT(Reader(bytes).raw());
            for (std::size_t size = 0; size < bytes.size(); ++size) {
                // A copy of exactly that size lets the address sanitizer see a read behind it.
                const Bytes cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
                assertNothingReads(Reader(cut));
                CPPUNIT_ASSERT(Reader(cut).raw().error().code == ErrorCode::truncated);
            }
        }
    }

    void everyShortInputIsCanonicalOrRefused()
    {
        std::size_t strings = 0;
        for (unsigned value = 0; value < 0x10000; ++value) {
            const Bytes bytes{static_cast<Byte>(value >> 8), static_cast<Byte>(value & 0xff)};
            Reader reader(bytes);
            const auto payload = reader.string();
            if (!payload)
                continue;
            ++strings;
            Bytes again;
            Writer(again).string(*payload);
            const std::size_t used = bytes.size() - reader.rest().size();
            CPPUNIT_ASSERT(std::ranges::equal(again, ByteView(bytes).first(used)));
        }
        // 128 single bytes and the empty string, each with 256 tails, and 0x81 with 128 payloads.
        CPPUNIT_ASSERT_EQUAL(std::size_t{129 * 256 + 128}, strings);
    }

    void sizesAgreeWithWhatIsWritten()
    {
        for (const std::size_t size : {0U, 1U, 55U, 56U, 255U, 256U, 65536U})
            for (const Byte fill : {Byte{0x01}, Byte{0xff}}) {
                const Bytes payload(size, fill);
                Bytes text;
                Writer(text).string(payload);
                CPPUNIT_ASSERT_EQUAL(text.size(), encodedStringSize(payload));
                Bytes list;
                Writer writer(list);
                const auto mark = writer.beginList();
                writer.raw(payload).endList(mark);
                CPPUNIT_ASSERT_EQUAL(list.size(), encodedListSize(size));
            }
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(RlpTest);

} // namespace waymark::node::rlp
