#include "registry/index/HugePages.h"
#include "registry/index/SharedPeerTree.h"

#include <waymark/registry/PeerIndex.h>

namespace waymark::registry
{

struct PeerIndex::Content
{
    index::SharedPeerTree tree{index::HugePages::instance()};
};

PeerIndex::PeerIndex() : _content(std::make_unique<Content>()) {}

PeerIndex::~PeerIndex() = default;

std::optional<PeerIndex::Entry> PeerIndex::entryOf(const Peer& peer)
{
    const auto key = peer.id.publicKey();
    if (!key)
        return std::nullopt;
    Entry entry;
    entry.v4 = peer.endpoint(node::IpFamily::v4);
    entry.v6 = peer.endpoint(node::IpFamily::v6);
    if (!entry.v4 && !entry.v6)
        return std::nullopt;
    entry.key = *key;
    entry.nodeId = key->nodeId();
    return entry;
}

void PeerIndex::apply(std::span<const Update> updates)
{
    _content->tree.apply(updates);
}

ClosestAnswer PeerIndex::closest(const ClosestQuery& query, std::span<ClosestPeer> out) const noexcept
{
    return _content->tree.closest(query, out);
}

std::size_t PeerIndex::size() const noexcept
{
    return _content->tree.size();
}

} // namespace waymark::registry
