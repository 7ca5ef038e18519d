#include "json/JsonNumbers.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <system_error>

namespace waymark::httpapi
{

namespace
{

template <class Number>
bool fitsIn(std::string_view number)
{
    Number value{};
    return std::from_chars(number.data(), number.data() + number.size(), value).ec !=
           std::errc::result_out_of_range;
}

bool fits(std::string_view number)
{
    if (number.find_first_of(".eE") != std::string_view::npos)
        return fitsIn<double>(number);
    return number.starts_with('-') ? fitsIn<std::int64_t>(number) : fitsIn<std::uint64_t>(number);
}

/// Where the string ends that begins at `at`.
std::size_t behindString(std::string_view text, std::size_t at)
{
    for (++at; at < text.size() && text[at] != '"'; ++at)
        at += text[at] == '\\' ? 1U : 0U;
    return std::min(at + 1, text.size());
}

} // namespace

std::optional<std::string_view> unfitNumber(std::string_view text)
{
    std::size_t at = 0;
    while ((at = text.find_first_of("\"-0123456789", at)) != std::string_view::npos) {
        if (text[at] == '"') {
            at = behindString(text, at);
            continue;
        }
        const std::size_t end = std::min(text.find_first_not_of("+-.0123456789eE", at), text.size());
        const auto number = text.substr(at, end - at);
        if (!fits(number))
            return number;
        at = end;
    }
    return std::nullopt;
}

} // namespace waymark::httpapi
