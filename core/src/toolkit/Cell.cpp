#include "base/Text.h"

#include <waymark/toolkit/Cell.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace waymark::toolkit
{

namespace
{

constexpr const char* nothing = "-";

/// On one line, and nothing in it that a terminal would obey.
std::string printable(std::string_view text)
{
    std::string out = text::printable(text);
    return out.empty() ? nothing : out;
}

} // namespace

Cell::Cell() : Cell(std::string("null"), std::string(nothing)) {}

Cell::Cell(std::string_view text) : Cell(text::jsonQuoted(text), printable(text)) {}

Cell::Cell(bool value) : Cell(std::string(value ? "true" : "false"), std::string(value ? "yes" : "no")) {}

Cell Cell::number(double value, int decimals)
{
    if (!std::isfinite(value))
        return {};
    std::array<char, 400> buffer{}; // the longest double has 309 digits before the point
    const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                            std::chars_format::fixed, std::clamp(decimals, 0, 17));
    if (error != std::errc())
        return {};
    const std::string text(buffer.data(), end);
    return {text, text};
}

Cell Cell::list(const std::vector<Cell>& cells)
{
    std::string json;
    std::string shown;
    for (const Cell& cell : cells) {
        json += (json.empty() ? "" : ",") + cell._json;
        shown += (shown.empty() ? "" : ", ") + cell._shown;
    }
    return {'[' + json + ']', shown.empty() ? nothing : shown};
}

Cell Cell::list(const std::vector<std::string>& texts)
{
    return list(std::vector<Cell>(texts.begin(), texts.end()));
}

Cell Cell::object(const std::vector<std::pair<std::string, Cell>>& members)
{
    std::string json;
    std::string shown;
    for (const auto& [name, value] : members) {
        json += (json.empty() ? "" : ",") + text::jsonQuoted(name) + ':' + value._json;
        shown += (shown.empty() ? "" : " ") + printable(name) + '=' + value._shown;
    }
    return {'{' + json + '}', shown.empty() ? nothing : shown};
}

Cell Cell::shownAs(std::string_view text) &&
{
    _shown = printable(text);
    return std::move(*this);
}

} // namespace waymark::toolkit
