#pragma once

#include <waymark/node/NodeStore.h>

#include <chrono>
#include <cstddef>
#include <mutex>
#include <vector>

namespace waymark::discv4::engine
{

/// What the next run may start from: the nodes of the table, and beside them those that were in it before or
/// were remembered from earlier runs. So neither a run that ends before it found anybody nor one that is cut
/// off from the network forgets whom there is. Any thread.
class Seeds
{
public:
    /// Older ones are of no use.
    static constexpr Duration longestAge = std::chrono::days(5);
    /// Those that are not in the table any more fill up to so many, the newest first.
    static constexpr std::size_t maximum = 1'024;

    /// Nodes of an earlier run. Those that are young enough.
    std::vector<node::StoredNode> remember(const std::vector<node::StoredNode>& nodes, WallTime now);

    /// The table as it is now. All that is kept.
    std::vector<node::StoredNode> update(const std::vector<node::StoredNode>& table, WallTime now);

private:
    std::mutex _mutex;
    std::vector<node::StoredNode> _kept;
};

} // namespace waymark::discv4::engine
