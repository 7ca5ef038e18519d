#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace waymark::httpapi
{

/// Where the first byte stands that makes a text no UTF-8; nothing when all is well.
std::optional<std::size_t> invalidUtf8(std::string_view text);

/// A JSON string with its quotes. What is no UTF-8 becomes U+FFFD.
std::string jsonQuoted(std::string_view text);

} // namespace waymark::httpapi
