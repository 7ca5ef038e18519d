#include "engine/registered/EndpointCounts.h"

#include "engine/registered/Probing.h"

#include <new>
#include <utility>

namespace waymark::discv4::engine::registered
{

std::size_t EndpointCounts::placeOf(std::uint64_t hash) const noexcept
{
    std::size_t place = home(hash, _entries.size());
    while (_entries[place] != 0 && !isSame(_entries[place], hash))
        place = after(place);
    return place;
}

void EndpointCounts::resize(std::size_t size)
{
    const std::vector<std::uint64_t> before = std::exchange(_entries, std::vector<std::uint64_t>(size));
    for (const std::uint64_t entry : before)
        if (entry != 0)
            _entries[placeOf(entry)] = entry;
}

void EndpointCounts::shrink() noexcept
{
    try {
        resize(probing::sizeFor(_size));
    } catch (const std::bad_alloc&) { // NOLINT(bugprone-empty-catch)
        // It is as it was.
    }
}

void EndpointCounts::add(std::uint64_t hash)
{
    if (probing::isFull(_size, _entries.size()))
        resize(probing::sizeFor(_size + 1));
    std::uint64_t& entry = _entries[placeOf(hash)];
    if (entry == 0) {
        entry = hash & ~countMask;
        ++_size;
    }
    if ((entry & countMask) != countMask)
        ++entry;
}

void EndpointCounts::remove(std::uint64_t hash) noexcept
{
    if (_size == 0)
        return;
    std::size_t hole = placeOf(hash);
    const std::uint64_t count = _entries[hole] & countMask;
    if (count == 0 || count == countMask)
        return;
    if (--_entries[hole], count > 1)
        return;
    probing::close(_entries, hole, [this](std::uint64_t entry) { return home(entry, _entries.size()); });
    --_size;
    if (probing::isSparse(_size, _entries.size()))
        shrink();
}

bool EndpointCounts::contains(std::uint64_t hash) const noexcept
{
    return _size > 0 && _entries[placeOf(hash)] != 0;
}

} // namespace waymark::discv4::engine::registered
