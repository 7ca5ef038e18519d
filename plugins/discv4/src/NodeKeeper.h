#pragma once

#include <waymark/base/Worker.h>
#include <waymark/node/NodeStore.h>
#include <waymark/observe/Log.h>

#include <functional>
#include <vector>

namespace waymark::discv4
{

/// Saves what discovery learnt, now and then and at the end, on a thread of its own: no packet and no timer
/// waits for the disk.
class NodeKeeper
{
public:
    using Source = std::function<std::vector<node::StoredNode>()>;

    NodeKeeper(node::NodeStore& store, Source source, Duration interval, observe::Log log);
    ~NodeKeeper() { stop(); }

    void start();
    /// Saves once more. Idempotent.
    void stop() noexcept;

private:
    void save() const;

    node::NodeStore& _store;
    Source _source;
    Duration _interval;
    observe::Log _log;
    Worker _worker;
};

} // namespace waymark::discv4
