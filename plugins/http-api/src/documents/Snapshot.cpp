#include "documents/Snapshot.h"

#include <algorithm>
#include <cstddef>
#include <tuple>
#include <utility>

namespace waymark::httpapi
{

namespace
{

constexpr std::size_t pageSize = 1000;

std::optional<Dialable> dialable(registry::Peer& peer)
{
    const auto key = peer.id.publicKey();
    const auto endpoint = peer.endpoint();
    if (!key || !endpoint || endpoint->tcp == 0)
        return std::nullopt;
    return Dialable{*key, *endpoint, std::move(peer.labels)};
}

std::vector<Dialable> allDialable(const registry::PeerRegistry& registry)
{
    std::vector<Dialable> peers;
    std::optional<node::PeerId> after;
    do {
        auto page = registry.list(after, pageSize);
        for (registry::Peer& peer : page.peers)
            if (auto found = dialable(peer))
                peers.push_back(std::move(*found));
        after = std::move(page.next);
    } while (after);
    std::ranges::sort(peers, {}, [](const Dialable& peer) {
        return std::tuple(peer.endpoint.ip, peer.endpoint.tcp, peer.key);
    });
    return peers;
}

} // namespace

std::string Dialable::label(std::string_view name) const
{
    const auto found = labels.find(std::string(name));
    return found == labels.end() ? std::string() : found->second;
}

Snapshot Snapshot::of(const node::LocalNode& node, const registry::PeerRegistry& registry)
{
    Snapshot snapshot{node.key(), {}, node.record(), {}, registry.revision()};
    for (const auto family : {node::IpFamily::v4, node::IpFamily::v6})
        if (const auto endpoint = node.advertised(family))
            snapshot.advertised.push_back(*endpoint);
    snapshot.peers = allDialable(registry);
    return snapshot;
}

} // namespace waymark::httpapi
