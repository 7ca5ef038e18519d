#include "FakeSignatures.h"

#include <algorithm>
#include <utility>

namespace waymark::discv4::simulation
{

node::RecoverableSignature FakeSignatures::sign(const node::PublicKey& key) noexcept
{
    node::RecoverableSignature signature{};
    std::ranges::copy(key.bytes(), signature.begin());
    signature.back() = mark;
    return signature;
}

node::RecoverableSignature FakeSignatures::signSalted(const node::PublicKey& key, const node::Hash256& salt)
{
    node::RecoverableSignature signature{};
    const auto place = std::ranges::copy(key.compressed(), signature.begin()).out;
    std::copy_n(salt.begin(), signature.end() - place - 1, place);
    signature.back() = saltedMark;
    return signature;
}

tl::expected<node::PublicKey, wire::Drop> FakeSignatures::sender(const node::RecoverableSignature& signature,
                                                                 ByteView) const noexcept
{
    if (signature.back() == saltedMark) {
        const auto salted =
            node::PublicKey::fromCompressed(ByteView(signature).first(node::PublicKey::compressedSize));
        return salted ? tl::expected<node::PublicKey, wire::Drop>(*salted)
                      : tl::unexpected(wire::Drop::badSignature);
    }
    if (signature.back() != mark)
        return tl::unexpected(wire::Drop::badSignature);
    FixedBytes<node::PublicKey::size> key{};
    std::copy_n(signature.begin(), key.size(), key.begin());
    return node::PublicKey(key);
}

FakeSigningNode::FakeSigningNode(node::SecretKey key, const node::NodeEndpoint& endpoint)
    : _node(std::move(key), endpoint)
{
}

node::RecoverableSignature FakeSigningNode::sign(const node::Hash256&) const
{
    return FakeSignatures::sign(key());
}

node::RecoverableSignature FakeSigningNode::signSalted(const node::Hash256&, const node::Hash256& salt) const
{
    return FakeSignatures::signSalted(key(), salt);
}

} // namespace waymark::discv4::simulation
