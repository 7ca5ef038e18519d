#pragma once

#include <waymark/base/Signal.h>
#include <waymark/node/Endpoint.h>
#include <waymark/node/Enr.h>
#include <waymark/node/Key.h>

#include <cstddef>
#include <memory>
#include <optional>

namespace waymark::node
{

/// This node's identity: its key, the endpoint that it advertises and its signed record, shared by every
/// protocol. The key itself is never handed out. Any thread.
///
/// The advertised address is what node.external-ip says; without it the address that a socket is bound to,
/// and for a wildcard socket the one that the system would send from. The advertised port is
/// node.advertised-port, else the bound one. node.enr.* adds entries to the record.
class LocalNode
{
public:
    static constexpr const char* serviceId = "local-node";

    virtual ~LocalNode() = default;

    virtual const PublicKey& key() const noexcept = 0;
    /// keccak256 of the key.
    virtual const Hash256& nodeId() const noexcept = 0;

    /// Signs a digest with the node key.
    virtual RecoverableSignature sign(const Hash256& digest) const = 0;

    /// Another signature over the same digest for each salt: so equal content can leave as different bytes.
    virtual RecoverableSignature signSalted(const Hash256& digest, const Hash256& salt) const = 0;

    /// Told by the protocol that owns the UDP socket, before its first packet leaves.
    virtual void bound(const Endpoint& udp) = 0;

    /// Told by a protocol now and then: most other hosts, so many of them, see this node at `ip`. It decides
    /// by itself what that is worth to it; by default nothing.
    virtual void observed(const IpAddress& ip, std::size_t hosts)
    {
        static_cast<void>(ip);
        static_cast<void>(hosts);
    }

    /// What is advertised in a family; nothing before a socket of it is bound. tcp is 0 unless configured.
    virtual std::optional<NodeEndpoint> advertised(IpFamily family) const = 0;
    /// The v4 endpoint, else the v6 one.
    virtual std::optional<NodeEndpoint> advertised() const = 0;

    /// The current record; never empty. Its seq grows with every change, also over restarts.
    virtual std::shared_ptr<const Enr> record() const = 0;

    /// A new record, on the thread that changed it.
    virtual Signal<std::shared_ptr<const Enr>>& recordChanged() = 0;
};

} // namespace waymark::node
