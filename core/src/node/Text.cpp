#include "node/Text.h"

#include <charconv>

namespace waymark::node
{

std::string quoted(std::string_view text)
{
    constexpr std::size_t longest = 80;
    std::string result = "'";
    for (const char character : text.substr(0, longest))
        result.push_back(character >= ' ' && character <= '~' ? character : '?');
    result += text.size() > longest ? "...'" : "'";
    return result;
}

Result<std::uint16_t> parsePort(std::string_view text)
{
    std::uint16_t port = 0;
    const char* const end = text.data() + text.size();
    const auto [parsed, problem] = std::from_chars(text.data(), end, port);
    const bool padded = text.size() > 1 && text.front() == '0';
    if (problem != std::errc{} || parsed != end || padded)
        return failure(ErrorCode::invalidArgument,
                       "a port is a number from 0 to 65535 without leading zeros, not " + quoted(text));
    return port;
}

} // namespace waymark::node
