#include <waymark/node/Key.h>

#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>
#include <stdexcept>
#include <type_traits>

namespace waymark::node
{

namespace
{

// The example key of EIP-778, its public key and its node id.
constexpr std::string_view testKey = "b71c71a67e1177ad4e901695e1b4b9ee17ae16c6668d313eac2f96dbcda3f291";
constexpr std::string_view testPublicKey = "ca634cae0d49acb401d8a4c6b6fe8c55b70d115bf400769cc1400f3258cd3138"
                                           "7574077f301b421bc84df7266c44e9e6d569fc56be00812904767bf5ccd1fc7f";
constexpr std::string_view testNodeId = "a448f24c6d18e575453db13171562b71999873db5b286df957af199ec94617f7";
constexpr std::string_view groupOrder = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";

SecretKey secretKey()
{
    return SecretKey::fromHex(testKey).value();
}

template <std::size_t N>
FixedBytes<N> fixed(std::string_view text)
{
    FixedBytes<N> bytes{};
    CPPUNIT_ASSERT(fromHex(text, bytes));
    return bytes;
}

/// The other signature that verifies mathematically: n - s for s, and the other recovery id.
RecoverableSignature withHighS(RecoverableSignature signature)
{
    const auto order = fixed<32>(groupOrder);
    int borrow = 0;
    for (std::size_t i = 32; i-- > 0;) {
        const int difference = order[i] - signature[32 + i] - borrow;
        borrow = difference < 0 ? 1 : 0;
        signature[32 + i] = static_cast<Byte>(difference + 256 * borrow);
    }
    signature[64] ^= 1;
    return signature;
}

CompactSignature compactOf(const RecoverableSignature& signature)
{
    CompactSignature compact{};
    std::copy_n(signature.begin(), compact.size(), compact.begin());
    return compact;
}

/// Fills the first request with one byte, all later ones with another.
class RepeatingRandom final : public Random
{
public:
    RepeatingRandom(Byte first, Byte later) : _next(first), _later(later) {}
    void fill(std::span<Byte> out) override
    {
        std::ranges::fill(out, _next);
        _next = _later;
    }

private:
    Byte _next;
    Byte _later;
};

} // namespace

class KeyTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(KeyTest);
    CPPUNIT_TEST(derivesPublicKeyAndNodeId);
    CPPUNIT_TEST(compressedFormRoundTrips);
    CPPUNIT_TEST(refusesPointsOffTheCurve);
    CPPUNIT_TEST(refusesSecretKeysOutOfRange);
    CPPUNIT_TEST(errorsRepeatNoDigitOfASecretKey);
    CPPUNIT_TEST(recoversAKnownSigner);
    CPPUNIT_TEST(saltsMakeOtherSignaturesOfTheSameKey);
    CPPUNIT_TEST(signsDeterministicallyWithLowS);
    CPPUNIT_TEST(recoverAcceptsAndVerifyRefusesHighS);
    CPPUNIT_TEST(anotherDigestOrKeyDoesNotVerify);
    CPPUNIT_TEST(refusesSignaturesThatNoKeyCanMake);
    CPPUNIT_TEST(generatesFromTheGivenSource);
    CPPUNIT_TEST(movedFromKeyIsWipedAndRefuses);
    CPPUNIT_TEST_SUITE_END();

    void derivesPublicKeyAndNodeId()
    {
        const PublicKey key = secretKey().publicKey();
        CPPUNIT_ASSERT_EQUAL(std::string(testPublicKey), key.hex());
        CPPUNIT_ASSERT_EQUAL(std::string(testNodeId), toHex(key.nodeId()));
        CPPUNIT_ASSERT(PublicKey::fromHex("0x" + std::string(testPublicKey)).value() == key);
        CPPUNIT_ASSERT(PublicKey::fromBytes(key.bytes()).value() == key);
    }

    void compressedFormRoundTrips()
    {
        for (Byte number = 1; number < 40; ++number) {
            FixedBytes<32> bytes{};
            bytes.back() = number;
            const PublicKey key = SecretKey::fromBytes(bytes).value().publicKey();
            CPPUNIT_ASSERT(PublicKey::fromCompressed(key.compressed()).value() == key);
        }
        auto wrong = secretKey().publicKey().compressed();
        wrong[0] = 0x04;
        CPPUNIT_ASSERT(!PublicKey::fromCompressed(wrong));
        CPPUNIT_ASSERT(!PublicKey::fromCompressed(ByteView(wrong).first(32)));
        CPPUNIT_ASSERT(!PublicKey::fromCompressed({}));
    }

    void refusesPointsOffTheCurve()
    {
        auto bytes = fixed<64>(testPublicKey);
        bytes.back() ^= 1;
        CPPUNIT_ASSERT(!PublicKey::fromBytes(bytes));
        CPPUNIT_ASSERT(!PublicKey::fromBytes(FixedBytes<64>{}));
        CPPUNIT_ASSERT(!PublicKey::fromBytes(ByteView(bytes).first(63)));
        CPPUNIT_ASSERT(!PublicKey::fromHex(testPublicKey.substr(2)));
        CPPUNIT_ASSERT(!PublicKey(bytes).isOnCurve());
        CPPUNIT_ASSERT_THROW(PublicKey(bytes).compressed(), std::logic_error);
    }

    void refusesSecretKeysOutOfRange()
    {
        CPPUNIT_ASSERT(!SecretKey::fromBytes(FixedBytes<32>{}));
        CPPUNIT_ASSERT(!SecretKey::fromBytes(FixedBytes<31>{}));
        CPPUNIT_ASSERT(!SecretKey::fromBytes(FixedBytes<33>{}));
        CPPUNIT_ASSERT(!SecretKey::fromHex(groupOrder));
        std::string last(groupOrder);
        last.back() = '0';
        CPPUNIT_ASSERT(SecretKey::fromHex(last));
        CPPUNIT_ASSERT(SecretKey::fromHex("0x" + std::string(testKey)));
    }

    void errorsRepeatNoDigitOfASecretKey()
    {
        std::string damaged(testKey);
        damaged[40] = 'x';
        const std::string cut(testKey.substr(0, 63));
        for (const std::string& text : {damaged, cut, std::string(groupOrder)}) {
            const std::string message = SecretKey::fromHex(text).error().message;
            for (std::size_t i = 0; i + 6 <= text.size(); ++i)
                CPPUNIT_ASSERT(message.find(text.substr(i, 6)) == std::string::npos);
        }
    }

    void saltsMakeOtherSignaturesOfTheSameKey()
    {
        const auto key = secretKey();
        const auto digest = keccak256(asBytes("the same"));
        const auto plain = key.sign(digest);
        const auto first = key.signSalted(digest, keccak256(asBytes("1")));
        const auto second = key.signSalted(digest, keccak256(asBytes("2")));
        CPPUNIT_ASSERT(first != second && first != plain && second != plain);
        CPPUNIT_ASSERT(first == key.signSalted(digest, keccak256(asBytes("1"))));
        for (const auto& signature : {first, second}) {
            CPPUNIT_ASSERT(recover(signature, digest).value() == key.publicKey());
            CPPUNIT_ASSERT(verify(key.publicKey(), compactOf(signature), digest));
        }
    }

    void recoversAKnownSigner()
    {
        // The vector that go-ethereum tests its own recovery with.
        const auto digest = fixed<32>("ce0677bb30baa8cf067c88db9811f4333d131bf8bcf12fe7065d211dce971008");
        const auto signature = fixed<65>("90f27b8b488db00b00606796d2987f6a5f59ae62ea05effe84fef5b8b0e54998"
                                         "4a691139ad57a3f0b906637673aa2f63d1f55cb1a69199d4009eea23ceaddc93"
                                         "01");
        CPPUNIT_ASSERT_EQUAL(std::string("e32df42865e97135acfb65f3bae71bdc86f4d49150ad6a440b6f15878109880a"
                                         "0a2b2667f7e725ceea70c673093bf67663e0312623c8e091b13cf2c0f11ef652"),
                             recover(signature, digest).value().hex());
    }

    void signsDeterministicallyWithLowS()
    {
        const SecretKey key = secretKey();
        const auto half = fixed<32>("7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0");
        for (Byte number = 0; number < 32; ++number) {
            const Hash256 digest = keccak256(Bytes{number});
            const auto signature = key.sign(digest);
            CPPUNIT_ASSERT(signature == key.sign(digest));
            CPPUNIT_ASSERT(signature.back() <= 1);
            CPPUNIT_ASSERT(std::ranges::lexicographical_compare(ByteView(signature).subspan(32, 32), half));
            CPPUNIT_ASSERT(compactOf(signature) == key.signCompact(digest));
            CPPUNIT_ASSERT(recover(signature, digest).value() == key.publicKey());
            CPPUNIT_ASSERT(verify(key.publicKey(), key.signCompact(digest), digest));
        }
    }

    void recoverAcceptsAndVerifyRefusesHighS()
    {
        const SecretKey key = secretKey();
        const Hash256 digest = keccak256(asBytes("high s"));
        const auto high = withHighS(key.sign(digest));
        CPPUNIT_ASSERT(recover(high, digest).value() == key.publicKey());
        CPPUNIT_ASSERT(!verify(key.publicKey(), compactOf(high), digest));
    }

    void anotherDigestOrKeyDoesNotVerify()
    {
        const SecretKey key = secretKey();
        const Hash256 digest = keccak256(asBytes("one"));
        const auto signature = key.signCompact(digest);
        CPPUNIT_ASSERT(!verify(key.publicKey(), signature, keccak256(asBytes("two"))));
        SystemRandom random;
        CPPUNIT_ASSERT(!verify(SecretKey::generate(random).publicKey(), signature, digest));
        CPPUNIT_ASSERT(!verify(PublicKey(), signature, digest));
        CPPUNIT_ASSERT(!verify(key.publicKey(), CompactSignature{}, digest));
    }

    void refusesSignaturesThatNoKeyCanMake()
    {
        const Hash256 digest = keccak256({});
        CPPUNIT_ASSERT(!recover(RecoverableSignature{}, digest));
        RecoverableSignature tooLarge;
        tooLarge.fill(0xff);
        tooLarge.back() = 0;
        CPPUNIT_ASSERT(!recover(tooLarge, digest));
        for (const Byte recovery : {Byte{2}, Byte{3}, Byte{4}, Byte{27}, Byte{255}}) {
            auto signature = secretKey().sign(digest);
            signature.back() = recovery;
            CPPUNIT_ASSERT(recover(signature, digest).error().code == ErrorCode::badSignature);
        }
    }

    void generatesFromTheGivenSource()
    {
        RepeatingRandom sevens(0x07, 0x07);
        CPPUNIT_ASSERT(std::ranges::equal(SecretKey::generate(sevens).bytes(), Bytes(32, 0x07)));
        RepeatingRandom zerosFirst(0x00, 0x09);
        CPPUNIT_ASSERT(std::ranges::equal(SecretKey::generate(zerosFirst).bytes(), Bytes(32, 0x09)));
        RepeatingRandom broken(0x00, 0x00);
        CPPUNIT_ASSERT_THROW(SecretKey::generate(broken), std::runtime_error);
    }

    void movedFromKeyIsWipedAndRefuses()
    {
        static_assert(!std::is_copy_constructible_v<SecretKey> && !std::is_copy_assignable_v<SecretKey>);
        SecretKey first = secretKey();
        SecretKey second = std::move(first);
        // NOLINTNEXTLINE(bugprone-use-after-move): that it is wiped is the claim
        CPPUNIT_ASSERT(std::ranges::equal(first.bytes(), Bytes(32, 0)));
        CPPUNIT_ASSERT_THROW(first.sign(Hash256{}), std::logic_error);
        CPPUNIT_ASSERT_THROW(first.signCompact(Hash256{}), std::logic_error);
        CPPUNIT_ASSERT_THROW(first.publicKey(), std::logic_error);
        first = std::move(second);
        // NOLINTNEXTLINE(bugprone-use-after-move): that it is wiped is the claim
        CPPUNIT_ASSERT(std::ranges::equal(second.bytes(), Bytes(32, 0)));
        CPPUNIT_ASSERT_EQUAL(std::string(testPublicKey), first.publicKey().hex());
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(KeyTest);

} // namespace waymark::node
