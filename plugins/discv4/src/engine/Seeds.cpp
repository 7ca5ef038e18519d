#include "engine/Seeds.h"

#include <algorithm>
#include <functional>
#include <set>

namespace waymark::discv4::engine
{

using node::StoredNode;

std::vector<StoredNode> Seeds::remember(const std::vector<StoredNode>& nodes, WallTime now)
{
    std::vector<StoredNode> young;
    std::ranges::copy_if(nodes, std::back_inserter(young),
                         [&](const StoredNode& node) { return now - node.lastPong <= longestAge; });
    const std::lock_guard lock(_mutex);
    _kept = young;
    return young;
}

std::vector<StoredNode> Seeds::update(const std::vector<StoredNode>& table, WallTime now)
{
    const std::lock_guard lock(_mutex);
    std::set<node::PublicKey> present;
    for (const StoredNode& node : table)
        present.insert(node.key);
    std::erase_if(_kept, [&](const StoredNode& node) {
        return now - node.lastPong > longestAge || present.contains(node.key);
    });
    std::ranges::sort(_kept, std::greater<>{}, &StoredNode::lastPong);
    if (const std::size_t room = maximum - std::min(maximum, table.size()); _kept.size() > room)
        _kept.erase(_kept.begin() + static_cast<std::ptrdiff_t>(room), _kept.end());
    _kept.insert(_kept.begin(), table.begin(), table.end());
    return _kept;
}

} // namespace waymark::discv4::engine
