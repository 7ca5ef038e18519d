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

PeerIndex::Update PeerIndex::updateOf(const node::Hash256& nodeId, const Peer* peer)
{
    Update update{nodeId, std::nullopt};
    const auto key = peer == nullptr ? std::nullopt : peer->id.publicKey();
    if (!key)
        return update;
    Entry entry{nodeId, *key, peer->endpoint(node::IpFamily::v4), peer->endpoint(node::IpFamily::v6)};
    if (entry.v4 || entry.v6)
        update.entry = entry;
    return update;
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
