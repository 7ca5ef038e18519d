#include "registry/LoadedPeers.h"

#include "registry/KeyOrder.h"

#include <algorithm>
#include <cstddef>

namespace waymark::registry
{

namespace
{

/// Of so many peers the index hears at once: what it copies of itself for them is little beside what it
/// holds.
constexpr std::size_t together = 4096;

} // namespace

void LoadedPeers::index(PeerIndex& peers)
{
    const KeyOrder order(_updates, [](const PeerIndex::Update& update) { return ByteView(update.nodeId); });
    for (auto next = order.begin(); next != order.end();) {
        _slice.clear();
        for (; next != order.end() && _slice.size() < together; ++next)
            _slice.push_back(_updates[next->at]);
        peers.apply(_slice);
    }
    _updates.clear();
}

} // namespace waymark::registry
