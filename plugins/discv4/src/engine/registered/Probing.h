#pragma once

#include <cstddef>

namespace waymark::discv4::engine::registered::probing
{

/// Tables with open addressing and linear probing: a search goes on from its home until it finds what it
/// looks for, or an empty place. They are between seven tenths and seven eighths full while they grow,
/// whatever their size.

/// Whether one more must not come in.
constexpr bool isFull(std::size_t used, std::size_t size) noexcept
{
    return (used + 1) * 8 > size * 7;
}

/// Whether it is so empty that a smaller one is worth the work.
constexpr bool isSparse(std::size_t used, std::size_t size) noexcept
{
    return used * 3 < size && size > 64;
}

/// Of a table for so many, that has room for some more.
constexpr std::size_t sizeFor(std::size_t used) noexcept
{
    return used + used * 3 / 7 + 8;
}

/// Empties a place, and moves what would not be found any more: whatever comes behind it, up to the next
/// empty place, whose home is not between them. Entries are true when they are not empty; `home` says where
/// the search for one begins.
template <class Entries, class Home>
void close(Entries& entries, std::size_t hole, const Home& home) noexcept
{
    const std::size_t size = entries.size();
    for (std::size_t next = (hole + 1) % size; entries[next] != 0; next = (next + 1) % size) {
        const std::size_t fromHome = (next + size - home(entries[next])) % size;
        const std::size_t fromHole = (next + size - hole) % size;
        if (fromHome < fromHole)
            continue;
        entries[hole] = entries[next];
        hole = next;
    }
    entries[hole] = 0;
}

} // namespace waymark::discv4::engine::registered::probing
