#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace waymark::registry
{

/// Slots of T addressed by number, handed out and taken back. They lie in blocks that never move, so that
/// growing costs one block and not a copy of everything.
template <class T>
class Slab
{
public:
    std::uint32_t take(const T& value)
    {
        if (!_free.empty()) {
            const std::uint32_t slot = _free.back();
            _free.pop_back();
            (*this)[slot] = value;
            return slot;
        }
        if (_used == _blocks.size() * blockSize)
            _blocks.push_back(std::make_unique<Block>());
        const auto slot = static_cast<std::uint32_t>(_used++);
        (*this)[slot] = value;
        return slot;
    }

    void giveBack(std::uint32_t slot) { _free.push_back(slot); }

    T& operator[](std::uint32_t slot) noexcept { return (*_blocks[slot / blockSize])[slot % blockSize]; }
    const T& operator[](std::uint32_t slot) const noexcept
    {
        return (*_blocks[slot / blockSize])[slot % blockSize];
    }

private:
    static constexpr std::size_t blockSize = 4096;
    using Block = std::array<T, blockSize>;

    std::vector<std::unique_ptr<Block>> _blocks;
    std::vector<std::uint32_t> _free;
    std::size_t _used = 0;
};

} // namespace waymark::registry
