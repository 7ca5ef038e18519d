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
constexpr std::size_t together = 512;

} // namespace

void LoadedPeers::index(PeerIndex& peers)
{
    const KeyOrder order(_updates, [](const PeerIndex::Update& update) { return ByteView(update.nodeId); });
    std::vector<PeerIndex::Update> slice;
    for (auto next = order.begin(); next != order.end();) {
        slice.clear();
        for (; next != order.end() && slice.size() < together; ++next)
            slice.push_back(_updates[next->at]);
        peers.apply(slice);
    }
    _updates = {}; // its memory is not wanted any more once all are loaded
}

} // namespace waymark::registry
