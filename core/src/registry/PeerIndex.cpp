#include "registry/FairSharedMutex.h"
#include "registry/PeerTrie.h"

#include <waymark/registry/PeerIndex.h>

#include <mutex>
#include <shared_mutex>

namespace waymark::registry
{

struct PeerIndex::Content
{
    mutable FairSharedMutex mutex;
    PeerTrie trie;
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
    const std::lock_guard lock(_content->mutex);
    for (const Update& update : updates) {
        if (update.entry && (update.entry->v4 || update.entry->v6))
            _content->trie.put(*update.entry);
        else
            _content->trie.erase(update.nodeId);
    }
}

ClosestAnswer PeerIndex::closest(const ClosestQuery& query, std::span<ClosestPeer> out) const noexcept
{
    const std::shared_lock lock(_content->mutex);
    return _content->trie.closest(query, out);
}

std::size_t PeerIndex::size() const noexcept
{
    const std::shared_lock lock(_content->mutex);
    return _content->trie.size();
}

} // namespace waymark::registry
