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

tl::expected<node::PublicKey, wire::Drop> FakeSignatures::sender(const node::RecoverableSignature& signature,
                                                                 ByteView) const noexcept
{
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

} // namespace waymark::discv4::simulation
