#include "node/Rfc6979.h"

#include <waymark/base/Bytes.h>

#include <cryptopp/sha.h>
#include <secp256k1.h>

#include <algorithm>
#include <initializer_list>

namespace waymark::node
{

namespace
{

using Digest = FixedBytes<32>;

/// HMAC-SHA256 (RFC 2104). CryptoPP::HMAC would take memory for each. `out` may be the key or a part.
void hmac(const Digest& key, std::initializer_list<ByteView> parts, Digest& out) noexcept
{
    constexpr Byte innerPad = 0x36, outerPad = 0x5c;
    CryptoPP::SHA256 hash; // wipes itself
    FixedBytes<CryptoPP::SHA256::BLOCKSIZE> block;
    const auto begin = [&](Byte pad) {
        const auto rest = std::ranges::transform(key, block.begin(), [pad](Byte byte) {
                              return static_cast<Byte>(byte ^ pad);
                          }).out;
        std::fill(rest, block.end(), pad);
        hash.Update(block.data(), block.size());
    };
    Digest inner;
    begin(innerPad);
    for (const ByteView part : parts)
        hash.Update(part.data(), part.size());
    hash.Final(inner.data());
    begin(outerPad);
    hash.Update(inner.data(), inner.size());
    hash.Final(out.data());
    secureWipe(block);
    secureWipe(inner);
}

} // namespace

int rfc6979Nonce(unsigned char* nonce, const unsigned char* digest, const unsigned char* key,
                 const unsigned char* algorithm, void* data, unsigned int attempt) noexcept
{
    // Digests from the group order on are reduced first; a nonce that is no number below it is drawn again.
    constexpr unsigned char highest = 0xff;
    if (attempt != 0 || algorithm != nullptr || digest[0] == highest)
        return secp256k1_nonce_function_rfc6979(nonce, digest, key, algorithm, data, attempt);
    constexpr std::size_t size = Digest().size();
    const ByteView secret(key, size);
    const ByteView message(digest, size);
    const ByteView extra(static_cast<const Byte*>(data), data == nullptr ? 0 : size);
    constexpr FixedBytes<1> zero{0};
    constexpr FixedBytes<1> one{1};
    Digest v; // the letters are those of section 3.2
    Digest k{};
    v.fill(1);
    hmac(k, {v, zero, secret, message, extra}, k); // d
    hmac(k, {v}, v);                               // e
    hmac(k, {v, one, secret, message, extra}, k);  // f
    hmac(k, {v}, v);                               // g
    hmac(k, {v}, v);                               // h
    std::ranges::copy(v, nonce);
    secureWipe(k);
    secureWipe(v);
    return 1;
}

} // namespace waymark::node
