#pragma once

#include <optional>
#include <string_view>

namespace waymark::httpapi
{

/// The first number of a JSON text that fits neither 64 bits nor a double; nothing when all do. Poco's parser
/// makes another number of it. The text's grammar is not checked.
std::optional<std::string_view> unfitNumber(std::string_view text);

} // namespace waymark::httpapi
