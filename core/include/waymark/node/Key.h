#pragma once

#include <waymark/base/Bytes.h>
#include <waymark/base/Random.h>
#include <waymark/base/Result.h>
#include <waymark/node/Keccak.h>

#include <string>
#include <string_view>

namespace waymark::node
{

/// r (32) || s (32) || v (1), v = 0 or 1: a recoverable ECDSA signature over secp256k1, s in the lower half.
using RecoverableSignature = FixedBytes<65>;
/// r (32) || s (32), as ENR's identity scheme "v4" carries it.
using CompactSignature = FixedBytes<64>;

/// A point on secp256k1 without the 0x04 prefix: x (32) || y (32), big-endian. A plain value: a PublicKey
/// that came out of this header's functions lies on the curve, bytes that were copied in may not.
class PublicKey
{
public:
    static constexpr std::size_t size = 64;
    static constexpr std::size_t compressedSize = 33;

    constexpr PublicKey() noexcept = default;
    explicit constexpr PublicKey(const FixedBytes<size>& bytes) noexcept : _bytes(bytes) {}

    /// 64 bytes that must be a point on the curve (SEC 1, section 2.3.4, without the prefix).
    static Result<PublicKey> fromBytes(ByteView bytes);
    /// 33 bytes, 0x02 or 0x03 and x.
    static Result<PublicKey> fromCompressed(ByteView bytes);
    /// 128 hex digits with or without "0x"; the point must be on the curve.
    static Result<PublicKey> fromHex(std::string_view text);

    constexpr const FixedBytes<size>& bytes() const noexcept { return _bytes; }
    /// The 33-byte form. The key must lie on the curve (else: logic_error).
    FixedBytes<compressedSize> compressed() const;
    bool isOnCurve() const noexcept;
    /// 128 lower-case hex digits.
    std::string hex() const { return toHex(_bytes); }
    /// keccak256 of the 64 bytes: what discv4 and ENR measure distances with.
    Hash256 nodeId() const noexcept { return keccak256(_bytes); }

    friend constexpr auto operator<=>(const PublicKey&, const PublicKey&) noexcept = default;

private:
    FixedBytes<size> _bytes{};
};

/// A secp256k1 private key, wiped when it is destroyed, never printed. Move-only: one owner.
class SecretKey
{
public:
    static constexpr std::size_t size = 32;

    /// 32 bytes, a number in [1, n-1]. The caller wipes its own copy.
    static Result<SecretKey> fromBytes(ByteView bytes);
    /// 64 hex digits with or without "0x". Error messages do not repeat any digit.
    static Result<SecretKey> fromHex(std::string_view text);
    static SecretKey generate(Random& random);

    SecretKey(SecretKey&& other) noexcept;
    SecretKey& operator=(SecretKey&& other) noexcept;
    SecretKey(const SecretKey&) = delete;
    SecretKey& operator=(const SecretKey&) = delete;
    ~SecretKey();

    PublicKey publicKey() const;

    /// RFC 6979 deterministic signature over a 32-byte digest. Any thread.
    RecoverableSignature sign(const Hash256& digest) const;
    /// Another signature for each salt, all of them valid: RFC 6979 with additional data (section 3.6).
    RecoverableSignature signSalted(const Hash256& digest, const Hash256& salt) const;
    CompactSignature signCompact(const Hash256& digest) const;

    /// The raw number, for whoever stores it; borrowed.
    ByteView bytes() const noexcept { return _bytes; }

private:
    SecretKey() noexcept = default;
    RecoverableSignature signWith(const Hash256& digest, const Byte* salt) const;
    FixedBytes<size> _bytes{};
};

/// The key that made the signature, or an error for values that no key can have made.
/// High-s signatures are accepted, as deployed discv4 nodes do. Any thread.
Result<PublicKey> recover(const RecoverableSignature& signature, const Hash256& digest);

/// True when `signature` over `digest` was made by `key`. High s is refused (ENR, EIP-778). Any thread.
bool verify(const PublicKey& key, const CompactSignature& signature, const Hash256& digest) noexcept;

} // namespace waymark::node
