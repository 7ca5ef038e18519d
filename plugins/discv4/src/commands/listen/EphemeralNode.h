#pragma once

#include <waymark/base/Clock.h>
#include <waymark/node/LocalNode.h>

#include <map>
#include <memory>
#include <mutex>
#include <optional>

namespace waymark::discv4
{

/// The identity of a node that is there for a while: nothing of it is kept. Any thread.
///
/// It advertises the address that it was told, else the one that its socket is bound to, and for a wildcard
/// socket the one that the system would send from until votesNeeded other hosts say otherwise.
class EphemeralNode final : public node::LocalNode
{
public:
    static constexpr std::size_t votesNeeded = 3;

    /// `external`: the addresses to advertise, one for each family at most. The clock outlives this.
    EphemeralNode(node::SecretKey key, const std::vector<node::IpAddress>& external, const Clock& clock);

    const node::PublicKey& key() const noexcept override { return _public; }
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

private:
    struct Place
    {
        node::IpAddress ip;
        std::uint16_t port = 0;
        bool isGuessed = false; ///< others know better
    };

    void renew();

    node::SecretKey _key;
    node::PublicKey _public;
    node::Hash256 _nodeId;
    const Clock& _clock;
    std::map<node::IpFamily, node::IpAddress> _external;
    mutable std::mutex _mutex;
    std::map<node::IpFamily, Place> _places;
    std::shared_ptr<const node::Enr> _record;
    Signal<std::shared_ptr<const node::Enr>> _changed;
};

} // namespace waymark::discv4
