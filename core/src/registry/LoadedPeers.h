#pragma once

#include <waymark/registry/PeerIndex.h>

#include <utility>
#include <vector>

namespace waymark::registry
{

/// What the index is to hear of peers that were loaded. It hears of many at once and in order of node id, so
/// that what it looks at for one is at hand for the next.
class LoadedPeers
{
public:
    /// In place of what was added for the same peer before.
    void add(PeerIndex::Update update) { _updates.push_back(std::move(update)); }
    /// Tells it of all, and is empty then.
    void index(PeerIndex& peers);

private:
    std::vector<PeerIndex::Update> _updates;
};

} // namespace waymark::registry
