#pragma once

#include "wire/SenderRecovery.h"

#include <waymark/testkit/TestLocalNode.h>

namespace waymark::discv4::simulation
{

/// Signatures that cost nothing and prove nothing: the signer's key itself, followed by `mark`. For long
/// simulations in which nobody lies about who he is; the curve takes nine tenths of the time otherwise.
class FakeSignatures final : public wire::SenderRecovery
{
public:
    static constexpr Byte mark = 0x5f;       ///< no recovery id
    static constexpr Byte saltedMark = 0x60; ///< the key is in its short form, for a salt to have room

    static node::RecoverableSignature sign(const node::PublicKey& key) noexcept;
    static node::RecoverableSignature signSalted(const node::PublicKey& key, const node::Hash256& salt);
    tl::expected<node::PublicKey, wire::Drop> sender(const node::RecoverableSignature& signature,
                                                     ByteView signedBytes) const noexcept override;
};

/// The identity of a node that signs packets in that way. Its record is really signed.
class FakeSigningNode final : public node::LocalNode
{
public:
    FakeSigningNode(node::SecretKey key, const node::NodeEndpoint& endpoint);

    const node::PublicKey& key() const noexcept override { return _node.key(); }
    const node::Hash256& nodeId() const noexcept override { return _node.nodeId(); }
    node::RecoverableSignature sign(const node::Hash256& digest) const override;
    node::RecoverableSignature signSalted(const node::Hash256& digest,
                                          const node::Hash256& salt) const override;
    void bound(const node::Endpoint& udp) override { _node.bound(udp); }
    std::optional<node::NodeEndpoint> advertised(node::IpFamily family) const override
    {
        return _node.advertised(family);
    }
    std::optional<node::NodeEndpoint> advertised() const override { return _node.advertised(); }
    std::shared_ptr<const node::Enr> record() const override { return _node.record(); }
    Signal<std::shared_ptr<const node::Enr>>& recordChanged() override { return _node.recordChanged(); }

private:
    testkit::TestLocalNode _node;
};

} // namespace waymark::discv4::simulation
