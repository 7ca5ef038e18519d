#pragma once

#include "engine/KeyedHash.h"
#include "engine/Zeroed.h"

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace waymark::discv4::engine
{

/// Slots of a filter for so many things: one in five that are not there is let through when all are.
inline std::size_t filterSlots(std::size_t things) noexcept
{
    return 4 * things;
}

/// Whether something may be in a table, without its lock: counts how many things of the table fall into each
/// of its slots. Never says no to what is there; the fuller it is, the more often it says yes to what is not.
/// Fixed size; any thread.
class CountingFilter
{
public:
    /// More than no slots. Throws bad_alloc.
    CountingFilter(std::uint64_t seed, std::size_t slots)
        : _hash{KeyedHash(seed)}, _size(slots), _slots(makeZeroed<std::uint32_t>(slots))
    {
    }

    /// Before others can find it in the table, under its lock or before.
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
    std::atomic_ref<std::uint32_t> slotOf(const Key& key) const noexcept
    {
        return std::atomic_ref(_slots[_hash(key) % _size]);
    }

    TableHash _hash;
    std::size_t _size;
    Zeroed<std::uint32_t> _slots;
};

} // namespace waymark::discv4::engine
