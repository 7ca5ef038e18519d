#include "registry/index/SharedPeerTree.h"

#include "registry/index/ClosestWalk.h"

#include <chrono>
#include <thread>

namespace waymark::registry::index
{

namespace
{

/// A round looks at 2 KiB of counters: it is begun for no less, but for the last peer's memory.
constexpr std::size_t roundFrom = 64;

} // namespace

void SharedPeerTree::apply(std::span<const PeerIndex::Update> updates)
{
    if (updates.empty())
        return;
    const std::lock_guard lock(_mutex);
    awaitReaders();
    const PeerVersion* next = nullptr;
    try {
        for (const PeerIndex::Update& update : updates) {
            if (update.entry && (update.entry->v4 || update.entry->v6))
                _tree.put(*update.entry);
            else
                _tree.erase(update.nodeId);
        }
        next = &_tree.complete();
    } catch (...) {
        _tree.rollback();
        throw;
    }
    _tree.commit();
    _version.store(next);
    collect();
}

void SharedPeerTree::collect() noexcept
{
    if (!_isRound && (_tree.garbage() >= roundFrom || _tree.isEmpty())) {
        _tree.beginRound();
        _gate.beginRound();
        _isRound = true;
    }
    if (_isRound && _gate.isOver()) {
        _tree.endRound();
        _isRound = false;
    }
}

void SharedPeerTree::awaitReaders() noexcept
{
    constexpr unsigned yields = 64;
    constexpr auto pause = std::chrono::microseconds(50);
    const std::size_t limit = garbageLimit(size());
    for (unsigned tries = 0; _tree.garbage() > limit; ++tries) {
        collect();
        if (tries == 0)
            continue;
        _isWaiting.store(true);
        if (tries < yields)
            std::this_thread::yield();
        else
            std::this_thread::sleep_for(pause);
    }
    _isWaiting.store(false);
}

ClosestAnswer SharedPeerTree::closest(const ClosestQuery& query, std::span<ClosestPeer> out) const noexcept
{
    const ReaderGate::Pass pass(_gate);
    const PeerVersion* const version = _version.load();
    return version == nullptr ? ClosestAnswer{} : ClosestWalk(query, out).from(version->top);
}

std::size_t SharedPeerTree::size() const noexcept
{
    const ReaderGate::Pass pass(_gate);
    const PeerVersion* const version = _version.load();
    return version == nullptr ? 0 : version->top.count;
}

} // namespace waymark::registry::index
