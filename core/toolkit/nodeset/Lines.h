#pragma once

#include <cstddef>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>

namespace waymark::toolkit::nodeset
{

/// The lines of a text, one at a time, of which none takes more memory than it may.
class Lines
{
public:
    /// More than any line with a record has.
    static constexpr std::size_t longest = 8192;

    /// `in` outlives it.
    explicit Lines(std::istream& in) noexcept : _in(in) {}

    /// The next line that is neither empty nor a comment, without white space around it. Of one that is too
    /// long the beginning; isCut() says so.
    std::optional<std::string_view> next();
    /// Gives the line that came last once more.
    void again() noexcept { _again = true; }
    /// Of that line, from 1.
    std::size_t number() const noexcept { return _number; }
    bool isCut() const noexcept { return _isCut; }

private:
    bool read();

    std::istream& _in;
    std::string _line;
    std::string_view _shown;
    std::size_t _number = 0;
    bool _isCut = false;
    bool _again = false;
};

} // namespace waymark::toolkit::nodeset
