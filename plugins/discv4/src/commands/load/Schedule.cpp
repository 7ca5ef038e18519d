#include "commands/load/Schedule.h"

#include <array>
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
    std::array<unsigned, kindCount> parts{};
    std::size_t count = 0;
    bool isGood = true;
    for (std::string_view left = text; isGood; ++count) {
        const auto colon = left.find(':');
        const auto part = partOf(left.substr(0, colon));
        isGood = part && count < parts.size();
        if (isGood)
            parts[count] = *part;
        if (colon == std::string_view::npos)
            break;
        left.remove_prefix(colon + 1);
    }
    const Mix mix{parts[0], parts[1], parts[2]};
    if (isGood && count > 0 && mix.total() > 0)
        return mix;
    return failure(ErrorCode::invalidArgument,
                   "two or three numbers from 0 to 1000 that are not all 0, as 3:1 for three "
                   "PINGs and one FINDNODE, or 10:8:1 with an ENRRequest, and not '" +
                       std::string(text) + '\'');
}

unsigned Mix::of(Kind kind) const noexcept
{
    switch (kind) {
    case Kind::ping:
        return pings;
    case Kind::findNode:
        return findNodes;
    case Kind::enrRequest:
        break;
    }
    return enrRequests;
}

Kind Mix::at(std::uint64_t number) const noexcept
{
    for (const Kind kind : {Kind::findNode, Kind::enrRequest})
        if (before(kind, number + 1) > before(kind, number))
            return kind;
    return Kind::ping;
}

namespace
{

/// How many of the first `number` there are of what has `part` in every `whole`, spread evenly.
std::uint64_t spread(std::uint64_t number, unsigned part, unsigned whole) noexcept
{
    return whole == 0 ? 0 : number / whole * part + number % whole * part / whole;
}

} // namespace

std::uint64_t Mix::before(Kind kind, std::uint64_t number) const noexcept
{
    // FINDNODEs among all, then ENRRequests among those that are left.
    const std::uint64_t asked = spread(number, findNodes, total());
    if (kind == Kind::findNode)
        return asked;
    const std::uint64_t records = spread(number - asked, enrRequests, pings + enrRequests);
    return kind == Kind::enrRequest ? records : number - asked - records;
}

} // namespace waymark::discv4::load
