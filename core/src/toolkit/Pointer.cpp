#include <waymark/plugin/ExitCode.h>
#include <waymark/toolkit/Pointer.h>

#include <algorithm>
#include <ostream>

namespace waymark::toolkit
{

namespace
{

constexpr std::string_view indent = "  ";
constexpr std::string_view cut = "...";

/// One column for each byte.
std::string onePerColumn(std::string_view text)
{
    std::string clean(text);
    for (char& character : clean)
        if (character < 0x20 || character > 0x7e)
            character = '?';
    return clean;
}

} // namespace

std::string pointAt(std::string_view text, std::size_t position, std::size_t length, std::size_t width)
{
    std::string shown = onePerColumn(text);
    position = std::min(position, shown.size());
    length = std::min(std::max<std::size_t>(length, 1), std::max<std::size_t>(shown.size() - position, 1));
    // The caret may stand behind the last character.
    const std::size_t room = std::max<std::size_t>(width, 40) - indent.size() - 1;
    if (shown.size() > room) {
        const std::size_t wanted = position > room / 3 ? position - room / 3 : 0;
        const std::size_t first = std::min(wanted, shown.size() - room);
        const bool cutsEnd = first + room < shown.size();
        shown = shown.substr(first, room);
        position -= first;
        if (first > 0)
            shown.replace(0, cut.size(), cut);
        if (cutsEnd)
            shown.replace(shown.size() - cut.size(), cut.size(), cut);
        length = std::min(length, std::max<std::size_t>(shown.size(), position + 1) - position);
    }
    return std::string(indent) + shown + '\n' + std::string(indent) + std::string(position, ' ') + '^' +
           std::string(length - 1, '~') + '\n';
}

int refuseWord(const plugin::CommandContext& context, const std::string& command, const std::string& argument,
               std::string_view text, const node::TextFault& fault)
{
    context.error << command << ": " << argument << ", " << fault.part << ": " << fault.reason
                  << "; see --help\n"
                  << pointAt(text, fault.position, fault.length, context.width);
    return static_cast<int>(plugin::ExitCode::usage);
}

} // namespace waymark::toolkit
