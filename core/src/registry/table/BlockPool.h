#pragma once

#include <waymark/base/Bytes.h>

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <utility>
#include <vector>

namespace waymark::registry::table
{

/// Memory for very many byte strings of a hundred bytes or so, named by 4 bytes instead of 8 and without a
/// header each. Blocks of one size class lie in slabs of 64 KiB; classes are 8 bytes apart up to 256 and an
/// eighth apart up to 8 KiB, and what is larger has memory of its own. A freed block is the next of its
/// class; a slab whose last block is freed goes back to where it came from, so that what is large today
/// leaves no room that is lost tomorrow.
///
/// Blocks never move. One thread writes; nobody reads meanwhile.
class BlockPool
{
public:
    using Handle = std::uint32_t; ///< never 0

    explicit BlockPool(std::pmr::memory_resource& memory = *std::pmr::new_delete_resource());
    BlockPool(const BlockPool&) = delete;
    BlockPool& operator=(const BlockPool&) = delete;
    ~BlockPool();

    /// At least one byte. Throws bad_alloc, also when 16 GiB of slabs are used; then nothing changed.
    Handle take(std::size_t bytes);
    void give(Handle block) noexcept;

    Byte* at(Handle block) noexcept { return const_cast<Byte*>(std::as_const(*this).at(block)); }
    const Byte* at(Handle block) const noexcept
    {
        return isLarge(block) ? _large[block & ~largeBit].begin
                              : _slabs[block / slabUnits].begin + block % slabUnits * unit;
    }
    /// Whether so many bytes would get a block of the same size.
    bool fits(Handle block, std::size_t bytes) const noexcept;

    /// How much memory is taken for blocks, used or not.
    std::size_t bytes() const noexcept { return _bytes; }

private:
    static constexpr std::size_t unit = 8; ///< what sizes and places in a slab are multiples of
    static constexpr std::size_t slabBytes = std::size_t{64} << 10;
    static constexpr std::uint32_t slabUnits = slabBytes / unit;
    static constexpr std::size_t fineUnits = 32; ///< up to here each number of units is a class
    static constexpr std::size_t stepsOfDoubling = 8;
    static constexpr std::size_t largestUnits = 1024;
    static constexpr std::size_t classes = fineUnits + 5 * stepsOfDoubling;
    static constexpr std::uint32_t largeBit = 1U << 31;
    static constexpr std::uint32_t none = 0;

    struct Slab
    {
        Byte* begin = nullptr;
        std::uint32_t next = none;     ///< of those of the class with room, or of the numbers without slabs
        std::uint32_t previous = none; ///< of those of the class with room
        std::uint16_t unused = 0;      ///< where no block was ever, in units
        std::uint16_t free = 0;        ///< 1 and the unit where the first free block is; 0: none
        std::uint16_t used = 0;        ///< blocks
        std::uint8_t sizeClass = 0;
    };
    struct Large
    {
        Byte* begin = nullptr;
        std::size_t bytes = 0;
        std::uint32_t next = none; ///< 1 and the number of the next that is free
    };

    static bool isLarge(Handle block) noexcept { return (block & largeBit) != 0; }
    static std::size_t classOf(std::size_t units) noexcept;
    static std::size_t unitsOf(std::size_t sizeClass) noexcept;
    static bool hasRoom(const Slab& slab) noexcept;
    std::uint32_t addSlab(std::size_t sizeClass);
    void giveSlab(std::uint32_t number) noexcept;
    void link(std::uint32_t number) noexcept;
    void unlink(std::uint32_t number) noexcept;
    Handle takeLarge(std::size_t bytes);
    void giveLarge(Handle block) noexcept;

    std::pmr::memory_resource& _memory;
    std::vector<Slab> _slabs;          ///< the first is none
    std::uint32_t _freeNumber = none;  ///< the first number without a slab
    std::vector<std::uint32_t> _roomy; ///< by class, the first slab with room
    std::vector<Large> _large;
    std::uint32_t _freeLarge = none;
    std::size_t _bytes = 0;
};

} // namespace waymark::registry::table
