#pragma once

#include "server/Refusal.h"

#include <cstddef>
#include <string_view>
#include <vector>

namespace waymark::httpapi
{

/// The texts of the elements of a JSON array, between its outermost commas and without blanks around them.
/// Strings and brackets are followed, the elements' own grammar is not: whoever reads an element checks it.
/// 400 for what is no array, 413 for more than `limit` elements.
Answered<std::vector<std::string_view>> splitJsonArray(std::string_view text, std::size_t limit);

} // namespace waymark::httpapi
