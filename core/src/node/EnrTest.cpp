#include <waymark/node/Enr.h>
#include <waymark/node/Rlp.h>

#include <cppunit/extensions/HelperMacros.h>

#include <functional>

namespace waymark::node
{

namespace
{

constexpr std::string_view exampleText =
    "enr:-IS4QHCYrYZbAKWCBRlAy5zzaDZXJBGkcnh4MHcBFZntXNFrdvJjX04jRzjzCBOonrkTfj499SZuOh8R33Ls8RRcy5wBgmlk"
    "gnY0gmlwhH8AAAGJc2VjcDI1NmsxoQPKY0yuDUmstAHYpMa2_oxVtw0RW_QAdpzBQA8yWM0xOIN1ZHCCdl8";

const SecretKey& exampleKey()
{
    static const SecretKey key =
        SecretKey::fromHex("b71c71a67e1177ad4e901695e1b4b9ee17ae16c6668d313eac2f96dbcda3f291").value();
    return key;
}

Bytes encode(const std::function<void(rlp::Writer&)>& write)
{
    Bytes out;
    rlp::Writer writer(out);
    write(writer);
    return out;
}

Bytes text(std::string_view value)
{
    return encode([&](rlp::Writer& w) { w.string(asBytes(value)); });
}

Bytes number(std::uint64_t value)
{
    return encode([&](rlp::Writer& w) { w.integer(value); });
}

Bytes list(ByteView items)
{
    return encode([&](rlp::Writer& w) {
        const auto mark = w.beginList();
        w.raw(items).endList(mark);
    });
}

Bytes operator+(Bytes left, const Bytes& right)
{
    left.insert(left.end(), right.begin(), right.end());
    return left;
}

Bytes publicKeyEntry()
{
    const auto key = exampleKey().publicKey().compressed();
    return text("secp256k1") + encode([&](rlp::Writer& w) { w.string(key); });
}

const Bytes idEntry = text("id") + text("v4");

/// A record with a valid signature over whatever content.
Bytes signedRecord(const Bytes& content)
{
    const auto signature = exampleKey().signCompact(keccak256(list(content)));
    return list(encode([&](rlp::Writer& w) { w.string(signature); }) + content);
}

void assertRefused(ErrorCode code, const Bytes& record)
{
    const auto decoded = Enr::decode(record);
    CPPUNIT_ASSERT(!decoded);
    CPPUNIT_ASSERT_EQUAL_MESSAGE(decoded.error().message, std::string(toString(code)),
                                 std::string(toString(decoded.error().code)));
}

Enr signedBy(const EnrBuilder& builder)
{
    return builder.sign(exampleKey()).value();
}

} // namespace

class EnrTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(EnrTest);
    CPPUNIT_TEST(readsTheExampleOfEip778);
    CPPUNIT_TEST(reproducesTheExampleOfEip778);
    CPPUNIT_TEST(whatIsSignedDecodesToTheSame);
    CPPUNIT_TEST(truncatedAtEveryByteIsAnError);
    CPPUNIT_TEST(truncatedAtEveryCharacterIsAnError);
    CPPUNIT_TEST(mutatedAtAnyByteIsAnError);
    CPPUNIT_TEST(refusesTrailingBytes);
    CPPUNIT_TEST(refusesKeysOutOfOrder);
    CPPUNIT_TEST(refusesRecordsWithoutIdentity);
    CPPUNIT_TEST(refusesHighS);
    CPPUNIT_TEST(refusesWhatIsNotCanonicalAtAnyDepth);
    CPPUNIT_TEST(limitIs300Bytes);
    CPPUNIT_TEST(malformedEndpointsLeaveTheRecordValid);
    CPPUNIT_TEST(v6PortsDefaultToThoseOfV4);
    CPPUNIT_TEST(builderReplacesEndpoints);
    CPPUNIT_TEST(builderRefusesWhatItCannotSign);
    CPPUNIT_TEST_SUITE_END();

    void readsTheExampleOfEip778()
    {
        const Enr record = Enr::parse(exampleText).value();
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, record.seq());
        CPPUNIT_ASSERT(record.key() == exampleKey().publicKey());
        CPPUNIT_ASSERT_EQUAL(std::string("a448f24c6d18e575453db13171562b71999873db5b286df957af199ec94617f7"),
                             toHex(record.key().nodeId()));
        CPPUNIT_ASSERT((record.endpointV4() == NodeEndpoint{IpAddress::v4(127, 0, 0, 1), 30303, 0}));
        CPPUNIT_ASSERT(!record.endpointV6());
        CPPUNIT_ASSERT(std::ranges::equal(record.entry("udp").value(), number(30303)));
        CPPUNIT_ASSERT(!record.entry("tcp"));
        CPPUNIT_ASSERT_EQUAL(std::size_t{4}, record.entries().size());
        CPPUNIT_ASSERT_EQUAL(std::string(exampleText), record.toString());
    }

    void reproducesTheExampleOfEip778()
    {
        EnrBuilder builder;
        builder.seq(1).endpoint({IpAddress::v4(127, 0, 0, 1), 30303, 0});
        CPPUNIT_ASSERT_EQUAL(std::string(exampleText), signedBy(builder).toString());
    }

    void whatIsSignedDecodesToTheSame()
    {
        EnrBuilder builder;
        builder.seq(~std::uint64_t{0})
            .endpoint({IpAddress::v4(10, 0, 0, 1), 30301, 30303})
            .endpoint({IpAddress::parse("2001:db8::1").value(), 9000, 9001})
            .entry("eth", list(list(text("fork") + number(0))))
            .entry("", text("empty key"))
            .entry("zz", list({}));
        const Enr record = signedBy(builder);
        const Enr decoded = Enr::decode(record.encoded()).value();
        CPPUNIT_ASSERT(decoded == record);
        CPPUNIT_ASSERT(decoded.entries() == record.entries());
        CPPUNIT_ASSERT_EQUAL(record.seq(), decoded.seq());
        CPPUNIT_ASSERT(decoded.endpointV4() && decoded.endpointV4() == record.endpointV4());
        CPPUNIT_ASSERT(decoded.endpointV6() && decoded.endpointV6() == record.endpointV6());
        CPPUNIT_ASSERT(Enr::parse(record.toString()).value() == record);
    }

    void truncatedAtEveryByteIsAnError()
    {
        const Enr record = Enr::parse(exampleText).value();
        for (std::size_t size = 0; size < record.encoded().size(); ++size) {
            const ByteView cut = record.encoded().first(size);
            assertRefused(ErrorCode::truncated, Bytes(cut.begin(), cut.end()));
        }
    }

    void truncatedAtEveryCharacterIsAnError()
    {
        for (std::size_t size = 0; size < exampleText.size(); ++size)
            CPPUNIT_ASSERT(!Enr::parse(exampleText.substr(0, size)));
    }

    void mutatedAtAnyByteIsAnError()
    {
        const Enr record = Enr::parse(exampleText).value();
        for (std::size_t position = 0; position < record.encoded().size(); ++position)
            for (unsigned mask = 1; mask < 256; ++mask) {
                Bytes mutated(record.encoded().begin(), record.encoded().end());
                mutated[position] = static_cast<Byte>(mutated[position] ^ mask);
                CPPUNIT_ASSERT(!Enr::decode(mutated));
            }
    }

    void refusesTrailingBytes()
    {
        const Enr record = Enr::parse(exampleText).value();
        Bytes longer(record.encoded().begin(), record.encoded().end());
        longer.push_back(0x80);
        assertRefused(ErrorCode::invalidArgument, longer);
        for (const std::string_view tail : {"A", "AA", "=", "\n", " "})
            CPPUNIT_ASSERT(!Enr::parse(std::string(exampleText) + std::string(tail)));
        CPPUNIT_ASSERT(!Enr::parse("ENR:" + std::string(exampleText.substr(4))));
        CPPUNIT_ASSERT(!Enr::parse(exampleText.substr(4)));
    }

    void refusesKeysOutOfOrder()
    {
        const Bytes ip = text("ip") + text("abcd");
        CPPUNIT_ASSERT(Enr::decode(signedRecord(number(1) + idEntry + ip + publicKeyEntry())));
        assertRefused(ErrorCode::nonCanonical, signedRecord(number(1) + ip + idEntry + publicKeyEntry()));
        assertRefused(ErrorCode::nonCanonical,
                      signedRecord(number(1) + idEntry + idEntry + publicKeyEntry()));
    }

    void refusesRecordsWithoutIdentity()
    {
        CPPUNIT_ASSERT(Enr::decode(signedRecord(number(1) + idEntry + publicKeyEntry())));
        assertRefused(ErrorCode::invalidArgument, signedRecord(number(1) + idEntry));
        assertRefused(ErrorCode::invalidArgument, signedRecord(number(1) + publicKeyEntry()));
        assertRefused(ErrorCode::invalidArgument,
                      signedRecord(number(1) + text("id") + text("v5") + publicKeyEntry()));
        assertRefused(ErrorCode::invalidArgument,
                      signedRecord(number(1) + text("id") + list(text("v4")) + publicKeyEntry()));
        assertRefused(ErrorCode::invalidArgument,
                      signedRecord(number(1) + idEntry + text("secp256k1") + text("short")));
        assertRefused(ErrorCode::truncated, signedRecord(number(1) + idEntry + text("secp256k1")));
        assertRefused(ErrorCode::truncated, signedRecord({}));
        assertRefused(ErrorCode::truncated, list({}));
    }

    void refusesHighS()
    {
        const Bytes content = number(1) + idEntry + publicKeyEntry();
        auto signature = exampleKey().signCompact(keccak256(list(content)));
        FixedBytes<32> order{};
        CPPUNIT_ASSERT(
            fromHex("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", order).has_value());
        int borrow = 0;
        for (std::size_t i = 32; i-- > 0;) {
            const int difference = order[i] - signature[32 + i] - borrow;
            borrow = difference < 0 ? 1 : 0;
            signature[32 + i] = static_cast<Byte>(difference + 256 * borrow);
        }
        assertRefused(ErrorCode::badSignature,
                      list(encode([&](rlp::Writer& w) { w.string(signature); }) + content));
    }

    void refusesWhatIsNotCanonicalAtAnyDepth()
    {
        const auto record = [](const Bytes& value) {
            return signedRecord(number(1) + text("eth") + value + idEntry + publicKeyEntry());
        };
        CPPUNIT_ASSERT(Enr::decode(record(list(list(Bytes{0x81, 0x80})))));
        assertRefused(ErrorCode::nonCanonical, record(list(list(Bytes{0x81, 0x00}))));
        assertRefused(ErrorCode::nonCanonical, record(list(Bytes{0x83, 0x01})));
        assertRefused(ErrorCode::nonCanonical, record(Bytes{0x81, 0x00}));
        assertRefused(ErrorCode::nonCanonical,
                      signedRecord(Bytes{0x82, 0x00, 0x01} + idEntry + publicKeyEntry()));

        Bytes deep;
        for (int depth = 0; depth < 150; ++depth)
            deep = list(deep);
        assertRefused(ErrorCode::tooLarge, record(deep));
        Bytes nested;
        for (int depth = 0; depth < 80; ++depth)
            nested = list(nested);
        CPPUNIT_ASSERT(Enr::decode(record(nested)));
    }

    void limitIs300Bytes()
    {
        const auto builder = [](std::size_t size) {
            return EnrBuilder().entry("filler", text(std::string(size, 'x')));
        };
        std::size_t largest = 0;
        while (builder(largest + 1).sign(exampleKey()))
            ++largest;
        const Enr record = signedBy(builder(largest));
        CPPUNIT_ASSERT_EQUAL(Enr::maximumSize, record.encoded().size());
        CPPUNIT_ASSERT(Enr::parse(record.toString()));
        CPPUNIT_ASSERT(builder(largest + 1).sign(exampleKey()).error().code == ErrorCode::tooLarge);
        const Bytes filler = text("filler") + text(std::string(largest + 1, 'x'));
        assertRefused(ErrorCode::tooLarge, signedRecord(number(1) + filler + idEntry + publicKeyEntry()));
        CPPUNIT_ASSERT(Enr::parse("enr:" + std::string(100000, 'A')).error().code == ErrorCode::tooLarge);
    }

    void malformedEndpointsLeaveTheRecordValid()
    {
        const auto ip = text("abcd");
        const auto endpoint = [](const Bytes& address, const Bytes& udp, const Bytes& tcp) {
            const Enr record =
                signedBy(EnrBuilder().entry("ip", address).entry("udp", udp).entry("tcp", tcp));
            return Enr::decode(record.encoded()).value().endpointV4();
        };
        CPPUNIT_ASSERT(endpoint(ip, number(65535), number(65535)));
        CPPUNIT_ASSERT(!endpoint(ip, number(65536), number(1)));
        CPPUNIT_ASSERT(!endpoint(ip, number(1), number(65536)));
        CPPUNIT_ASSERT(!endpoint(ip, number(0), number(1)));
        CPPUNIT_ASSERT(!endpoint(ip, list({}), number(1)));
        CPPUNIT_ASSERT(!endpoint(ip, number(1), Bytes{0x00}));
        CPPUNIT_ASSERT(!endpoint(text("abcde"), number(1), number(1)));
        CPPUNIT_ASSERT(!endpoint(list(ip), number(1), number(1)));
        CPPUNIT_ASSERT(!signedBy(EnrBuilder().entry("udp", number(1))).endpointV4());
        CPPUNIT_ASSERT(!signedBy(EnrBuilder().entry("ip", ip)).endpointV4());
    }

    void v6PortsDefaultToThoseOfV4()
    {
        const IpAddress v6 = IpAddress::parse("2001:db8::1").value();
        const auto address = encode([&](rlp::Writer& w) { w.string(v6.bytes()); });
        EnrBuilder builder;
        builder.entry("ip6", address).entry("udp", number(1)).entry("tcp", number(2));
        CPPUNIT_ASSERT((signedBy(builder).endpointV6() == NodeEndpoint{v6, 1, 2}));
        builder.entry("udp6", number(3));
        CPPUNIT_ASSERT((signedBy(builder).endpointV6() == NodeEndpoint{v6, 3, 2}));
        builder.entry("tcp6", number(4));
        CPPUNIT_ASSERT((signedBy(builder).endpointV6() == NodeEndpoint{v6, 3, 4}));
        builder.entry("udp6", number(65536));
        CPPUNIT_ASSERT(!signedBy(builder).endpointV6());
        CPPUNIT_ASSERT(!signedBy(EnrBuilder().entry("ip6", address)).endpointV6());

        const Bytes mapped = fromHex("9000000000000000000000ffff0a000001").value();
        CPPUNIT_ASSERT(!signedBy(EnrBuilder().entry("ip6", mapped).entry("udp6", number(1))).endpointV6());
    }

    void builderReplacesEndpoints()
    {
        EnrBuilder builder;
        builder.endpoint({IpAddress::v4(10, 0, 0, 1), 1, 2}).endpoint({IpAddress::v4(10, 0, 0, 2), 3, 0});
        const Enr record = signedBy(builder);
        CPPUNIT_ASSERT((record.endpointV4() == NodeEndpoint{IpAddress::v4(10, 0, 0, 2), 3, 0}));
        CPPUNIT_ASSERT(!record.entry("tcp"));
    }

    void builderRefusesWhatItCannotSign()
    {
        for (const Bytes& item : {Bytes{}, Bytes{0x01, 0x02}, Bytes{0x81, 0x00}, Bytes{0x83, 0x01},
                                  Bytes{0xc1}, Bytes{0xc2, 0x81, 0x01}})
            CPPUNIT_ASSERT(EnrBuilder().entry("x", item).sign(exampleKey()).error().code ==
                           ErrorCode::invalidArgument);
        for (const std::string_view name : {"id", "secp256k1"})
            CPPUNIT_ASSERT(
                EnrBuilder().entry(std::string(name), text("v4")).sign(exampleKey()).error().code ==
                ErrorCode::invalidArgument);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(EnrTest);

} // namespace waymark::node
