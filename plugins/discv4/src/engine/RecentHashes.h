#pragma once

#include "engine/KeyedHash.h"
#include "engine/Parameters.h"

#include <atomic>
#include <cstddef>
#include <memory>

namespace waymark::discv4::engine
{

/// Remembers which packets were answered lately, so that an answer to a repeated packet can be made to
/// differ from the first: some clients drop packets whose bytes they saw before. Fixed size, no lock; what is
/// pushed out is forgotten.
class RecentHashes
{
public:
    /// More than no slots.
    explicit RecentHashes(std::uint64_t seed, std::size_t slots = Parameters().answeredSlots)
        : _hash(seed), _size(slots), _slots(std::make_unique<std::atomic<std::uint64_t>[]>(slots))
    {
    }

    /// How often this packet came before, as far as is remembered; at most 255. Any thread.
    unsigned repeats(const node::Hash256& packet) noexcept
    {
        constexpr std::uint64_t countMask = 0xff;
        const std::uint64_t hash = _hash(packet);
        const std::uint64_t tag = hash & ~countMask;
        auto& slot = _slots[static_cast<std::size_t>(hash >> 8) % _size];
        std::uint64_t seen = slot.load(std::memory_order_relaxed);
        std::uint64_t next = 0;
        do {
            const bool same = (seen & ~countMask) == tag && seen != 0;
            const std::uint64_t count = same ? seen & countMask : 0;
            next = tag | (count < countMask ? count + 1 : countMask);
        } while (!slot.compare_exchange_weak(seen, next, std::memory_order_relaxed));
        return static_cast<unsigned>((next & countMask) - 1);
    }

private:
    KeyedHash _hash;
    std::size_t _size;
    std::unique_ptr<std::atomic<std::uint64_t>[]> _slots;
};

} // namespace waymark::discv4::engine
