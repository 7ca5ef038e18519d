#pragma once

#include <waymark/node/LocalNode.h>

#include <map>
#include <mutex>

namespace waymark::testkit
{

/// The identity of a node in a test: a given key at a given endpoint, with a record that is really signed.
class TestLocalNode final : public node::LocalNode
{
public:
    TestLocalNode(node::SecretKey key, const node::NodeEndpoint& endpoint);

    const node::PublicKey& key() const noexcept override { return _publicKey; }
    const node::Hash256& nodeId() const noexcept override { return _nodeId; }
    node::RecoverableSignature sign(const node::Hash256& digest) const override { return _key.sign(digest); }
    node::RecoverableSignature signSalted(const node::Hash256& digest,
                                          const node::Hash256& salt) const override
    {
        return _key.signSalted(digest, salt);
    }
    void bound(const node::Endpoint& udp) override;
    void observed(const node::IpAddress& ip, std::size_t hosts) override;
    std::optional<node::NodeEndpoint> advertised(node::IpFamily family) const override;
    std::optional<node::NodeEndpoint> advertised() const override;
    std::shared_ptr<const node::Enr> record() const override;
    Signal<std::shared_ptr<const node::Enr>>& recordChanged() override { return _changed; }

    /// An endpoint in the other family as well.
    void alsoAt(const node::NodeEndpoint& endpoint);

    struct Observed
    {
        node::IpAddress ip;
        std::size_t hosts = 0;
    };
    /// The last thing that a protocol told of the node's address in a family.
    std::optional<Observed> lastObserved(node::IpFamily family) const;

    /// A new record that differs in its seq only.
    void renewRecord();

private:
    void makeRecord();

    node::SecretKey _key;
    node::PublicKey _publicKey;
    node::Hash256 _nodeId;
    mutable std::mutex _mutex;
    node::NodeEndpoint _endpoint;
    std::optional<node::NodeEndpoint> _second; ///< of the other family
    std::map<node::IpFamily, Observed> _observed;
    std::uint64_t _seq = 0;
    std::shared_ptr<const node::Enr> _record;
    Signal<std::shared_ptr<const node::Enr>> _changed;
};

} // namespace waymark::testkit
