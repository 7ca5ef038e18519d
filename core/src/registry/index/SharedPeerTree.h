#pragma once

#include "registry/index/PeerTree.h"
#include "registry/index/ReaderGate.h"

#include <waymark/registry/PeerIndex.h>

#include <atomic>
#include <cstddef>
#include <memory_resource>
#include <mutex>
#include <span>

namespace waymark::registry::index
{

/// PeerIndex's inside: the tree, the version that is out, and who reads it. See there.
class SharedPeerTree
{
public:
    explicit SharedPeerTree(std::pmr::memory_resource& memory) : _tree(memory) {}

    void apply(std::span<const PeerIndex::Update> updates);
    ClosestAnswer closest(const ClosestQuery& query, std::span<ClosestPeer> out) const noexcept;
    std::size_t size() const noexcept;

    /// Where readers are while they read; a test has one that takes its time.
    const ReaderGate& gate() const noexcept { return _gate; }
    /// Whether apply() waits for readers.
    bool isWaiting() const noexcept { return _isWaiting.load(); }
    /// How many replaced nodes (a few hundred bytes at most) may wait for readers until apply() does. A
    /// reader that lost its core in the midst of an answer shall not hold a writer up.
    static constexpr std::size_t garbageLimit(std::size_t peers) noexcept { return 32'768 + peers / 8; }

private:
    void awaitReaders() noexcept;
    /// Takes back what no reader can see any more. Returns at once.
    void collect() noexcept;

    std::mutex _mutex; ///< of writers, for the tree and the rounds
    PeerTree _tree;
    bool _isRound = false;
    std::atomic<bool> _isWaiting{false};
    ReaderGate _gate;
    std::atomic<const PeerVersion*> _version{nullptr};
};

} // namespace waymark::registry::index
