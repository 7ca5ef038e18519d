#include <waymark/node/Keccak.h>

#include <cryptopp/keccak.h>

namespace waymark::node
{

Hash256 keccak256(ByteView data) noexcept
{
    Hash256 digest;
    CryptoPP::Keccak_256 keccak;
    keccak.Update(data.data(), data.size());
    keccak.TruncatedFinal(digest.data(), digest.size());
    return digest;
}

} // namespace waymark::node
