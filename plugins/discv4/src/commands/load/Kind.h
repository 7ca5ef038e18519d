#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace waymark::discv4::load
{

/// What a node is asked.
enum class Kind : std::uint8_t
{
    ping,
    findNode
};
inline constexpr std::size_t kindCount = 2;

constexpr std::string_view toString(Kind kind) noexcept
{
    return kind == Kind::ping ? "ping" : "findnode";
}

} // namespace waymark::discv4::load
