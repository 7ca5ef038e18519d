#pragma once

#include <waymark/plugin/Command.h>

#include <string>
#include <string_view>

namespace waymark::toolkit
{

/// Emphasis on a command's results: SGR sequences where the terminal wants colours, else the text as it is.
/// Colour alone never carries a meaning.
class Style
{
public:
    explicit Style(const plugin::CommandContext& context) noexcept : _colour(context.colour) {}

    std::string strong(std::string_view text) const { return in("1", text); }
    std::string good(std::string_view text) const { return in("32", text); }
    std::string bad(std::string_view text) const { return in("31", text); }
    std::string doubtful(std::string_view text) const { return in("33", text); }
    std::string faint(std::string_view text) const { return in("2", text); }

private:
    std::string in(std::string_view code, std::string_view text) const;

    bool _colour;
};

} // namespace waymark::toolkit
