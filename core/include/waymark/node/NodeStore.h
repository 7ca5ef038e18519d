#pragma once

#include <waymark/base/Clock.h>
#include <waymark/base/Result.h>
#include <waymark/node/Endpoint.h>
#include <waymark/node/Key.h>

#include <vector>

namespace waymark::node
{

/// A node that proved its endpoint some time ago.
struct StoredNode
{
    PublicKey key;
    NodeEndpoint endpoint;
    WallTime lastPong;

    friend bool operator==(const StoredNode&, const StoredNode&) = default;
};

/// What discovery learnt about strangers, kept for a warm restart. It never mixes with the registry, and
/// losing it costs nothing but time. Any thread; both functions do file I/O, so no packet waits for them.
class NodeStore
{
public:
    static constexpr const char* serviceId = "node-store";

    virtual ~NodeStore() = default;

    /// Replaces what is stored, whole or not at all.
    virtual Result<void> save(const std::vector<StoredNode>& nodes) = 0;

    /// What was saved last; empty when there is nothing. `corrupt` for a damaged file, which save() mends.
    virtual Result<std::vector<StoredNode>> load() const = 0;
};

} // namespace waymark::node
