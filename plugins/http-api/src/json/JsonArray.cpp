#include "json/JsonArray.h"

#include <optional>
#include <string>

namespace waymark::httpapi
{

namespace
{

constexpr std::string_view blanks = " \t\r\n";

std::string_view trimmed(std::string_view text) noexcept
{
    const std::size_t first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(blanks) + 1 - first);
}

/// Where the element ends that begins here: at a comma or bracket of the array around it, or at the end.
std::size_t elementEnd(std::string_view text) noexcept
{
    std::size_t depth = 0;
    bool quoted = false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if (quoted) {
            quoted = c != '"';
            at += c == '\\' ? 1 : 0;
        } else if (c == '"') {
            quoted = true;
        } else if (c == '{' || c == '[') {
            ++depth;
        } else if (depth == 0 && (c == ',' || c == ']' || c == '}')) {
            return at;
        } else if (c == ']' || c == '}') {
            --depth;
        }
    }
    return text.size();
}

tl::unexpected<Refusal> notAnArray(std::size_t position, std::string_view problem)
{
    return refuse(400,
                  "the body must be a JSON array of registrations: byte " + std::to_string(position) + ' ' +
                      std::string(problem),
                  "bad-json");
}

} // namespace

Answered<std::vector<std::string_view>> splitJsonArray(std::string_view text, std::size_t limit)
{
    const std::string_view array = trimmed(text);
    const auto position = [&](std::size_t at) {
        return static_cast<std::size_t>(array.data() - text.data()) + at;
    };
    if (!array.starts_with('['))
        return notAnArray(array.empty() ? 0 : position(0), "begins no array");
    std::vector<std::string_view> elements;
    std::size_t at = 1;
    for (;;) {
        const std::size_t end = at + elementEnd(array.substr(at));
        const std::string_view element = trimmed(array.substr(at, end - at));
        const bool last = end < array.size() && array[end] == ']';
        if (element.empty() && last && elements.empty() && end + 1 == array.size())
            return elements;
        if (element.empty())
            return notAnArray(position(end), "should begin a value");
        if (elements.size() == limit)
            return refuse(413, "there are more than " + std::to_string(limit) +
                                   " registrations: send them in several batches");
        elements.push_back(element);
        if (last && end + 1 == array.size())
            return elements;
        if (end == array.size() || array[end] != ',')
            return notAnArray(position(last ? end + 1 : end),
                              last ? "stands behind the end of the array" : "should be ',' or ']'");
        at = end + 1;
    }
}

} // namespace waymark::httpapi
