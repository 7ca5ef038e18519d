#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace waymark::discv4::load
{

/// What a node is asked.
enum class Kind : std::uint8_t
{
    ping,
    findNode,
    enrRequest
};
inline constexpr std::array everyKind{Kind::ping, Kind::findNode, Kind::enrRequest};
inline constexpr std::size_t kindCount = everyKind.size();

constexpr std::string_view toString(Kind kind) noexcept
{
    switch (kind) {
    case Kind::ping:
        return "ping";
    case Kind::findNode:
        return "findnode";
    case Kind::enrRequest:
        break;
    }
    return "enrrequest";
}

} // namespace waymark::discv4::load
