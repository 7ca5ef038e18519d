#pragma once

#include "engine/KeyedHash.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace waymark::discv4::engine
{

/// Whether something may be in a table, without its lock: counts how many things of the table fall into each
/// of its slots. Never says no to what is there; the fuller it is, the more often it says yes to what is not.
/// Fixed size; any thread.
class CountingFilter
{
public:
    /// More than no slots.
    CountingFilter(std::uint64_t seed, std::size_t slots)
        : _hash{KeyedHash(seed)}, _size(slots), _slots(std::make_unique<std::atomic<std::uint32_t>[]>(slots))
    {
    }

    /// Before it can be found in the table.
    template <class Key>
    void add(const Key& key) noexcept
    {
        slotOf(key).fetch_add(1, std::memory_order_seq_cst);
    }
    /// Once for each add().
    template <class Key>
    void remove(const Key& key) noexcept
    {
        slotOf(key).fetch_sub(1, std::memory_order_seq_cst);
    }
    template <class Key>
    bool mayContain(const Key& key) const noexcept
    {
        return slotOf(key).load(std::memory_order_acquire) != 0;
    }

private:
    template <class Key>
    std::atomic<std::uint32_t>& slotOf(const Key& key) const noexcept
    {
        return _slots[_hash(key) % _size];
    }

    TableHash _hash;
    std::size_t _size;
    std::unique_ptr<std::atomic<std::uint32_t>[]> _slots;
};

} // namespace waymark::discv4::engine
