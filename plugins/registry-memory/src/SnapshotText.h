#pragma once

#include <waymark/base/Result.h>

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace waymark::registry
{

/// A whole number and nothing else.
inline std::optional<std::uint64_t> numberOf(std::string_view text)
{
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

inline tl::unexpected<Error> corrupt(const std::string& what)
{
    return failure(ErrorCode::corrupt, what);
}

} // namespace waymark::registry
