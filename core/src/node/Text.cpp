#include "node/Text.h"

#include <charconv>

namespace waymark::node
{

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

bool isHostName(std::string_view text) noexcept
{
    constexpr std::size_t longestName = 253;
    constexpr std::size_t longestLabel = 63;
    constexpr std::string_view digits = "0123456789";
    constexpr std::string_view inner = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
    if (text.ends_with('.'))
        text.remove_suffix(1); // the root
    if (text.size() > longestName)
        return false;
    while (true) {
        const auto dot = text.find('.');
        const auto label = text.substr(0, dot);
        if (label.empty() || label.size() > longestLabel || label.front() == '-' || label.back() == '-' ||
            label.find_first_not_of(inner) != std::string_view::npos)
            return false;
        if (dot == std::string_view::npos)
            return label.find_first_not_of(digits) != std::string_view::npos;
        text.remove_prefix(dot + 1);
    }
}

} // namespace waymark::node
