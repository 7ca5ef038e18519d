#include "PluginName.h"

#include "base/Secret.h"
#include "host/loader/HostNames.h"

#include <waymark/plugin/Manifest.h>

#include <algorithm>
#include <array>

namespace waymark::app
{

namespace
{

constexpr std::size_t longest = sizeof(WaymarkManifest::name) - 1;

bool isLetter(char c) noexcept
{
    return c >= 'a' && c <= 'z';
}

bool isDigit(char c) noexcept
{
    return c >= '0' && c <= '9';
}

/// No locale has a say in names.
char capital(char c) noexcept
{
    return isLetter(c) ? static_cast<char>(c - 'a' + 'A') : c;
}

} // namespace

Result<PluginName> PluginName::parse(std::string_view text)
{
    // Words that stand for no plugin on the command line, and the folder of builds, which source packages
    // leave out.
    constexpr std::array<std::string_view, 5> taken{"build", "complete", "help", "plugin", "registry"};
    // Their packages are called as those of other plugins are.
    constexpr std::array<std::string_view, 4> ours{"discv4", "http-api", "registry-memory",
                                                   "registry-sqlite"};
    const bool hasItsCharacters =
        std::ranges::all_of(text, [](char c) { return isLetter(c) || isDigit(c) || c == '-'; });
    if (text.empty() || text.size() > longest || !hasItsCharacters || !isLetter(text.front()) ||
        text.back() == '-' || text.find("--") != std::string_view::npos)
        return failure(
            ErrorCode::invalidArgument,
            "the name of a plugin is up to " + std::to_string(longest) +
                " lower-case letters, digits and single '-' between them, and begins with a letter; " +
                text::quoted(text) + " is none");
    if (text.size() < 2)
        return failure(ErrorCode::invalidArgument, "the name of a plugin has two characters at least");
    if (host::isPrefixOfHost(text) || std::ranges::find(taken, text) != taken.end())
        return failure(ErrorCode::invalidArgument,
                       "the name " + std::string(text) + " is Waymark's own; choose another one");
    if (std::ranges::find(ours, text) != ours.end())
        return failure(ErrorCode::invalidArgument, "the name " + std::string(text) +
                                                       " is that of a plugin of Waymark's own; choose "
                                                       "another one");
    return PluginName(std::string(text));
}

std::string PluginName::lower() const
{
    std::string made = _text;
    std::ranges::replace(made, '-', '_');
    return made;
}

std::string PluginName::upper() const
{
    std::string made = lower();
    std::ranges::transform(made, made.begin(), capital);
    return made;
}

std::string PluginName::camel() const
{
    std::string made;
    bool begins = true;
    for (const char c : _text) {
        if (c != '-')
            made += begins ? capital(c) : c;
        begins = c == '-';
    }
    return made;
}

} // namespace waymark::app
