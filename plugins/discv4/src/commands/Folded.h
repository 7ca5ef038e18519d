#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace waymark::discv4
{

/// A printable text in lines of at most `width` bytes, which is not 0: broken at blanks where there are any,
/// else anywhere, as in long hex digits. One line at least.
std::vector<std::string> folded(std::string_view text, std::size_t width);

} // namespace waymark::discv4
