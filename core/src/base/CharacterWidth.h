#pragma once

#include <cstddef>

namespace waymark::text
{

/// How many columns a character takes on a terminal, in any locale: 2 for those of East Asia and for
/// pictures, 0 for what combines with the one before and for what only formats, else 1. Not of control
/// characters.
std::size_t columnsOfCharacter(char32_t character) noexcept;

} // namespace waymark::text
