#include "node/Rfc6979.h"

#include <waymark/node/Key.h>

#include <secp256k1.h>
#include <secp256k1_recovery.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <stdexcept>

namespace waymark::node
{

namespace
{

constexpr Byte uncompressedPrefix = 0x04;

/// Blinded with random bytes against side channels, and never changed after that: any thread may sign with
/// it.
const secp256k1_context* signingContext()
{
    struct Destroy
    {
        void operator()(secp256k1_context* context) const noexcept { secp256k1_context_destroy(context); }
    };
    static const std::unique_ptr<secp256k1_context, Destroy> context = [] {
        std::unique_ptr<secp256k1_context, Destroy> made(secp256k1_context_create(SECP256K1_CONTEXT_NONE));
        FixedBytes<32> seed{};
        SystemRandom().fill(seed);
        const bool blinded = made && secp256k1_context_randomize(made.get(), seed.data()) == 1;
        secureWipe(seed);
        if (!blinded)
            throw std::runtime_error("libsecp256k1 made no context for signing");
        return made;
    }();
    return context.get();
}

/// For everything that touches no secret.
const secp256k1_context* publicContext() noexcept
{
    return secp256k1_context_static;
}

std::optional<secp256k1_pubkey> parsePoint(ByteView serialized) noexcept
{
    secp256k1_pubkey point;
    if (secp256k1_ec_pubkey_parse(publicContext(), &point, serialized.data(), serialized.size()) != 1)
        return std::nullopt;
    return point;
}

std::optional<secp256k1_pubkey> toPoint(const FixedBytes<PublicKey::size>& bytes) noexcept
{
    FixedBytes<PublicKey::size + 1> serialized;
    serialized[0] = uncompressedPrefix;
    std::ranges::copy(bytes, serialized.begin() + 1);
    return parsePoint(serialized);
}

PublicKey fromPoint(const secp256k1_pubkey& point) noexcept
{
    FixedBytes<PublicKey::size + 1> serialized{};
    std::size_t length = serialized.size();
    secp256k1_ec_pubkey_serialize(publicContext(), serialized.data(), &length, &point,
                                  SECP256K1_EC_UNCOMPRESSED);
    FixedBytes<PublicKey::size> bytes;
    std::copy(serialized.begin() + 1, serialized.end(), bytes.begin());
    return PublicKey(bytes);
}

} // namespace

Result<PublicKey> PublicKey::fromBytes(ByteView bytes)
{
    if (bytes.size() != size)
        return failure(ErrorCode::invalidArgument,
                       "a public key has 64 bytes, not " + std::to_string(bytes.size()));
    PublicKey key;
    std::ranges::copy(bytes, key._bytes.begin());
    if (!key.isOnCurve())
        return failure(ErrorCode::invalidArgument, "the public key is no point on secp256k1");
    return key;
}

Result<PublicKey> PublicKey::fromCompressed(ByteView bytes)
{
    if (bytes.size() != compressedSize)
        return failure(ErrorCode::invalidArgument,
                       "a compressed public key has 33 bytes, not " + std::to_string(bytes.size()));
    const auto point = parsePoint(bytes);
    if (!point)
        return failure(ErrorCode::invalidArgument, "the compressed public key is no point on secp256k1");
    return fromPoint(*point);
}

Result<PublicKey> PublicKey::fromHex(std::string_view text)
{
    FixedBytes<size> bytes{};
    if (auto parsed = waymark::fromHex(text, bytes); !parsed)
        return failure(parsed.error().in("public key"));
    return fromBytes(bytes);
}

FixedBytes<PublicKey::compressedSize> PublicKey::compressed() const
{
    const auto point = toPoint(_bytes);
    if (!point)
        throw std::logic_error("a public key that is not on the curve has no compressed form");
    FixedBytes<compressedSize> serialized{};
    std::size_t length = serialized.size();
    secp256k1_ec_pubkey_serialize(publicContext(), serialized.data(), &length, &*point,
                                  SECP256K1_EC_COMPRESSED);
    return serialized;
}

bool PublicKey::isOnCurve() const noexcept
{
    return toPoint(_bytes).has_value();
}

Result<SecretKey> SecretKey::fromBytes(ByteView bytes)
{
    if (bytes.size() != size)
        return failure(ErrorCode::invalidArgument,
                       "a secret key has 32 bytes, not " + std::to_string(bytes.size()));
    SecretKey key;
    std::ranges::copy(bytes, key._bytes.begin());
    if (secp256k1_ec_seckey_verify(publicContext(), key._bytes.data()) != 1)
        return failure(ErrorCode::invalidArgument, "the secret key is zero or not below the group order");
    return key;
}

Result<SecretKey> SecretKey::fromHex(std::string_view text)
{
    SecretKey key;
    if (auto parsed = waymark::fromHex(text, key._bytes); !parsed)
        return failure(parsed.error().in("secret key"));
    if (secp256k1_ec_seckey_verify(publicContext(), key._bytes.data()) != 1)
        return failure(ErrorCode::invalidArgument, "the secret key is zero or not below the group order");
    return key;
}

SecretKey SecretKey::generate(Random& random)
{
    // One draw in 2^128 is no key; a second one means that the source is broken.
    constexpr int draws = 2;
    SecretKey key;
    for (int draw = 0; draw < draws; ++draw) {
        random.fill(key._bytes);
        if (secp256k1_ec_seckey_verify(publicContext(), key._bytes.data()) == 1)
            return key;
    }
    throw std::runtime_error("the source of random bytes yields no secret key");
}

SecretKey::SecretKey(SecretKey&& other) noexcept : _bytes(other._bytes)
{
    secureWipe(other._bytes);
}

SecretKey& SecretKey::operator=(SecretKey&& other) noexcept
{
    if (this != &other) {
        _bytes = other._bytes;
        secureWipe(other._bytes);
    }
    return *this;
}

SecretKey::~SecretKey()
{
    secureWipe(_bytes);
}

PublicKey SecretKey::publicKey() const
{
    secp256k1_pubkey point;
    if (secp256k1_ec_pubkey_create(signingContext(), &point, _bytes.data()) != 1)
        throw std::logic_error("a secret key that was moved away has no public key");
    return fromPoint(point);
}

RecoverableSignature SecretKey::sign(const Hash256& digest) const
{
    return signWith(digest, nullptr);
}

RecoverableSignature SecretKey::signSalted(const Hash256& digest, const Hash256& salt) const
{
    return signWith(digest, salt.data());
}

RecoverableSignature SecretKey::signWith(const Hash256& digest, const Byte* salt) const
{
    secp256k1_ecdsa_recoverable_signature made;
    if (secp256k1_ecdsa_sign_recoverable(signingContext(), &made, digest.data(), _bytes.data(), rfc6979Nonce,
                                         salt) != 1)
        throw std::logic_error("a secret key that was moved away cannot sign");
    RecoverableSignature signature{};
    int recovery = 0;
    secp256k1_ecdsa_recoverable_signature_serialize_compact(publicContext(), signature.data(), &recovery,
                                                            &made);
    // 2 and 3 stand for an r that wrapped around the group order: one signature in 2^127.
    if (recovery > 1)
        throw std::runtime_error("the signature of this digest has no recovery id below 2");
    signature.back() = static_cast<Byte>(recovery);
    return signature;
}

CompactSignature SecretKey::signCompact(const Hash256& digest) const
{
    secp256k1_ecdsa_signature made;
    if (secp256k1_ecdsa_sign(signingContext(), &made, digest.data(), _bytes.data(), nullptr, nullptr) != 1)
        throw std::logic_error("a secret key that was moved away cannot sign");
    CompactSignature signature{};
    secp256k1_ecdsa_signature_serialize_compact(publicContext(), signature.data(), &made);
    return signature;
}

Result<PublicKey> recover(const RecoverableSignature& signature, const Hash256& digest)
{
    if (signature.back() > 1)
        return failure(ErrorCode::badSignature,
                       "the signature's recovery id is " + std::to_string(signature.back()) + ", not 0 or 1");
    secp256k1_ecdsa_recoverable_signature parsed;
    secp256k1_pubkey point;
    if (secp256k1_ecdsa_recoverable_signature_parse_compact(publicContext(), &parsed, signature.data(),
                                                            signature.back()) != 1 ||
        secp256k1_ecdsa_recover(publicContext(), &point, &parsed, digest.data()) != 1)
        return failure(ErrorCode::badSignature, "no key can have made this signature");
    return fromPoint(point);
}

bool verify(const PublicKey& key, const CompactSignature& signature, const Hash256& digest) noexcept
{
    const auto point = toPoint(key.bytes());
    secp256k1_ecdsa_signature parsed;
    // secp256k1_ecdsa_verify() is the one that refuses a high s.
    return point &&
           secp256k1_ecdsa_signature_parse_compact(publicContext(), &parsed, signature.data()) == 1 &&
           secp256k1_ecdsa_verify(publicContext(), &parsed, digest.data(), &*point) == 1;
}

} // namespace waymark::node
