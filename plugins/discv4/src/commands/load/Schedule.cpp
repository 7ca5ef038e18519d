#include "commands/load/Schedule.h"

#include <charconv>
#include <string>

namespace waymark::discv4::load
{

namespace
{

constexpr unsigned largestPart = 1'000;

std::optional<unsigned> partOf(std::string_view text)
{
    unsigned value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value > largestPart)
        return std::nullopt;
    return value;
}

} // namespace

Result<Mix> Mix::parse(std::string_view text)
{
    const auto colon = text.find(':');
    const auto pings = partOf(text.substr(0, colon));
    const auto findNodes = colon == std::string_view::npos ? std::nullopt : partOf(text.substr(colon + 1));
    if (!pings || !findNodes || *pings + *findNodes == 0)
        return failure(ErrorCode::invalidArgument,
                       "two numbers from 0 to 1000 that are not both 0, as 3:1 for three "
                       "PINGs and one FINDNODE, and not '" +
                           std::string(text) + '\'');
    return Mix{*pings, *findNodes};
}

Kind Mix::at(std::uint64_t number) const noexcept
{
    return before(Kind::findNode, number + 1) > before(Kind::findNode, number) ? Kind::findNode : Kind::ping;
}

std::uint64_t Mix::before(Kind kind, std::uint64_t number) const noexcept
{
    const std::uint64_t together = pings + findNodes;
    const std::uint64_t asked = number / together * findNodes + number % together * findNodes / together;
    return kind == Kind::findNode ? asked : number - asked;
}

} // namespace waymark::discv4::load
