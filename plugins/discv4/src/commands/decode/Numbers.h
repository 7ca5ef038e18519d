#pragma once

#include <waymark/base/Bytes.h>

#include <cstdint>

namespace waymark::discv4::decode
{

enum class ByteOrder : std::uint8_t
{
    little,
    big
};

/// The unsigned number in these bytes, 8 at most.
inline std::uint64_t number(ByteView bytes, ByteOrder order) noexcept
{
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i)
        value = value << 8U | (order == ByteOrder::big ? bytes[i] : bytes[bytes.size() - 1 - i]);
    return value;
}

/// Those at a place that is known to be within the bytes.
inline std::uint16_t number16(ByteView bytes, std::size_t at, ByteOrder order) noexcept
{
    return static_cast<std::uint16_t>(number(bytes.subspan(at, 2), order));
}
inline std::uint32_t number32(ByteView bytes, std::size_t at, ByteOrder order) noexcept
{
    return static_cast<std::uint32_t>(number(bytes.subspan(at, 4), order));
}

} // namespace waymark::discv4::decode
