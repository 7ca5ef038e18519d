#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::text
{

/// How many columns standard output has; 80 when it is no terminal or does not say.
std::size_t terminalWidth() noexcept;

/// No terminal is that wide: nothing is wrapped.
constexpr std::size_t unlimited = static_cast<std::size_t>(-1);

/// How many columns well-formed UTF-8 takes on a terminal, where characters may be wide or take none.
std::size_t columnsOf(std::string_view text) noexcept;

/// At most so many columns of well-formed UTF-8, an ellipsis at the end where something is missing.
std::string cut(std::string_view text, std::size_t columns);

/// Breaks a text between words so that no line is wider than `width`; a word that is wider is cut. The first
/// line starts behind `indent` columns that are there already, further ones with as many blanks. No end of
/// line at the end.
std::string wrapped(std::string_view text, std::size_t indent, std::size_t width);

/// A complaint, with its line end, as it stands on a terminal of that width: broken between words, what goes
/// on indented. Words stay whole, so that they can be copied, and lines that begin with a blank as they are.
std::string complaint(std::string_view text, std::size_t width);

/// Rows of cells as columns that are as wide as their widest cell, two blanks apart; the last one is wrapped.
/// Every row has as many cells as the first. Each line ends.
std::string aligned(const std::vector<std::vector<std::string>>& rows, std::size_t width);

} // namespace waymark::text
