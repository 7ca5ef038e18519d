#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace waymark::discv4::engine::registered
{

/// How many peers are expected at an endpoint, by the endpoint's keyed hash: 8 bytes each, and a quarter of
/// that for being found. 44 bits of the hash are looked at, so that of 16 million strange endpoints and a
/// million known ones one is taken for another. Not thread-safe.
class EndpointCounts
{
public:
    /// Throws bad_alloc; then nothing changed. What was added a million times stays for ever.
    void add(std::uint64_t hash);
    /// Of one that was added.
    void remove(std::uint64_t hash) noexcept;
    bool contains(std::uint64_t hash) const noexcept;

    std::size_t size() const noexcept { return _size; }
    std::size_t bytes() const noexcept { return _entries.capacity() * sizeof(std::uint64_t); }

private:
    static constexpr unsigned countBits = 20;
    static constexpr std::uint64_t countMask = (std::uint64_t{1} << countBits) - 1;

    static bool isSame(std::uint64_t entry, std::uint64_t hash) noexcept
    {
        return ((entry ^ hash) & ~countMask) == 0;
    }
    /// Where a search begins: by the upper bits, which entries have, too.
    static std::size_t home(std::uint64_t hash, std::size_t size) noexcept
    {
        return static_cast<std::size_t>((hash >> 32U) * size >> 32U);
    }
    std::size_t after(std::size_t place) const noexcept
    {
        return place + 1 == _entries.size() ? 0 : place + 1;
    }
    /// Where it is, or the empty place where it would be.
    std::size_t placeOf(std::uint64_t hash) const noexcept;
    void resize(std::size_t size);
    void shrink() noexcept;

    std::vector<std::uint64_t> _entries; ///< hash and count; 0: empty. Never full
    std::size_t _size = 0;
};

} // namespace waymark::discv4::engine::registered
