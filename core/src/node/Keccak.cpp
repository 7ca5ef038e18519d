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

struct KeccakStream::State
{
    CryptoPP::Keccak_256 keccak;
};

KeccakStream::KeccakStream() : _state(std::make_unique<State>()) {}
KeccakStream::KeccakStream(KeccakStream&&) noexcept = default;
KeccakStream& KeccakStream::operator=(KeccakStream&&) noexcept = default;
KeccakStream::~KeccakStream() = default;

void KeccakStream::add(ByteView data) noexcept
{
    _state->keccak.Update(data.data(), data.size());
}

Hash256 KeccakStream::digest() noexcept
{
    Hash256 digest;
    _state->keccak.TruncatedFinal(digest.data(), digest.size());
    return digest;
}

} // namespace waymark::node
