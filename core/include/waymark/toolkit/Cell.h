#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace waymark::toolkit
{

/// One value that a command prints: as JSON says it, and as people read it. Text that others wrote may go
/// in as it is: what is no good UTF-8, or what a terminal would obey, is replaced.
class Cell
{
public:
    /// Nothing: null, and "-".
    Cell();
    Cell(std::string_view text);                                    // NOLINT(google-explicit-constructor)
    Cell(const std::string& text) : Cell(std::string_view(text)) {} // NOLINT(google-explicit-constructor)
    Cell(const char* text) : Cell(std::string_view(text)) {}        // NOLINT(google-explicit-constructor)
    Cell(bool value);                                               // NOLINT(google-explicit-constructor)
    template <std::integral Number>
        requires(!std::same_as<Number, bool>)
    Cell(Number value) // NOLINT(google-explicit-constructor)
        : Cell(std::to_string(value), std::to_string(value))
    {
    }
    /// Nothing when there is no value.
    template <class Value>
    Cell(const std::optional<Value>& value) // NOLINT(google-explicit-constructor)
        : Cell(value ? Cell(*value) : Cell())
    {
    }

    /// Rounded to so many digits behind the point, which is how both show it; not finite: nothing.
    static Cell number(double value, int decimals);
    /// An array; people read it with ", " between.
    static Cell list(const std::vector<Cell>& cells);
    /// An array of texts.
    static Cell list(const std::vector<std::string>& texts);
    /// An object; people read "name=value name=value".
    static Cell object(const std::vector<std::pair<std::string, Cell>>& members);

    /// The same in JSON, with another text for people: "0.231 ms" for 0.231.
    Cell shownAs(std::string_view text) &&;

    /// A JSON value without line ends.
    const std::string& json() const noexcept { return _json; }
    /// Printable, on one line, never empty.
    const std::string& shown() const noexcept { return _shown; }

private:
    Cell(std::string json, std::string shown) : _json(std::move(json)), _shown(std::move(shown)) {}

    std::string _json;
    std::string _shown;
};

} // namespace waymark::toolkit
