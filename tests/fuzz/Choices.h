#pragma once

#include <waymark/base/Bytes.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace waymark::fuzz
{

/// Decisions that the bytes of an input make, front to back. When they are used up, each decision is 0.
class Choices
{
public:
    explicit Choices(ByteView input) noexcept : _rest(input) {}

    bool done() const noexcept { return _rest.empty(); }
    ByteView rest() const noexcept { return _rest; }

    Byte byte() noexcept
    {
        if (_rest.empty())
            return 0;
        const Byte first = _rest.front();
        _rest = _rest.subspan(1);
        return first;
    }
    std::uint16_t word() noexcept
    {
        const unsigned high = byte();
        return static_cast<std::uint16_t>(high << 8U | byte());
    }
    /// 0 to `count` - 1; at most 256 of them.
    std::size_t below(std::size_t count) noexcept { return byte() % count; }
    bool yes() noexcept { return (byte() & 1U) != 0; }
    /// At most `count` bytes, borrowed from the input.
    ByteView bytes(std::size_t count) noexcept
    {
        const ByteView taken = _rest.first(std::min(count, _rest.size()));
        _rest = _rest.subspan(taken.size());
        return taken;
    }

private:
    ByteView _rest;
};

} // namespace waymark::fuzz
