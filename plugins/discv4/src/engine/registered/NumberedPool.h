#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <type_traits>
#include <vector>

namespace waymark::discv4::engine::registered
{

/// Small things that are named by numbers of 4 bytes. They lie in chunks, so that they never move and that no
/// more than one chunk is there in vain while none is given back. The last one that goes takes all memory
/// with it. Not thread-safe.
template <class T>
class NumberedPool
{
public:
    using Number = std::uint32_t;
    static constexpr Number none = 0;

    /// The next take() needs no memory. Throws bad_alloc; then nothing changed.
    void reserve()
    {
        if (_free == none && _unused == _chunks.size() * chunkSize)
            _chunks.push_back(std::make_unique<Chunk>());
    }

    /// Throws bad_alloc; then nothing changed.
    Number take(const T& value)
    {
        reserve();
        Number number = _free;
        if (number != none)
            std::memcpy(&_free, static_cast<const void*>(&at(number)), sizeof _free);
        else
            number = static_cast<Number>(++_unused);
        at(number) = value;
        ++_used;
        return number;
    }

    void give(Number number) noexcept
    {
        std::memcpy(static_cast<void*>(&at(number)), &_free, sizeof _free);
        _free = number;
        if (--_used > 0)
            return;
        std::vector<std::unique_ptr<Chunk>>().swap(_chunks);
        _free = none;
        _unused = 0;
    }

    T& at(Number number) noexcept { return (*_chunks[(number - 1) / chunkSize])[(number - 1) % chunkSize]; }
    const T& at(Number number) const noexcept
    {
        return (*_chunks[(number - 1) / chunkSize])[(number - 1) % chunkSize];
    }

    /// Whether at() may be asked for it: it is in use, or was.
    bool isMade(Number number) const noexcept { return number != none && number <= _unused; }
    /// How many are in use.
    std::size_t size() const noexcept { return _used; }
    std::size_t bytes() const noexcept { return _chunks.size() * sizeof(Chunk); }

private:
    static constexpr std::size_t chunkSize = 512;
    using Chunk = std::array<T, chunkSize>;
    static_assert(std::is_trivially_copyable_v<T> && sizeof(T) >= sizeof(Number));

    std::vector<std::unique_ptr<Chunk>> _chunks;
    Number _free = none;     ///< which has the number of the next one in its first bytes
    std::size_t _unused = 0; ///< numbers up to here were in use once
    std::size_t _used = 0;
};

} // namespace waymark::discv4::engine::registered
