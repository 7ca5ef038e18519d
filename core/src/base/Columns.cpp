#include "base/Columns.h"

#include "base/CharacterWidth.h"

#include <algorithm>
#include <array>
#include <sys/ioctl.h>
#include <unistd.h>
#include <utility>

namespace waymark::text
{

namespace
{

constexpr std::size_t usualWidth = 80;
constexpr std::size_t narrowest = 40; ///< below, wrapping helps nobody
constexpr std::size_t gap = 2;

struct Character
{
    char32_t value;
    std::size_t size; ///< in bytes
};

/// The first one of well-formed UTF-8, which is not empty.
Character firstOf(std::string_view text) noexcept
{
    const auto lead = static_cast<unsigned char>(text.front());
    constexpr std::array<std::pair<unsigned, unsigned>, 3> forms{{{0xf0, 0x07}, {0xe0, 0x0f}, {0xc0, 0x1f}}};
    std::size_t size = 4;
    for (const auto& [least, mask] : forms) {
        if (lead >= least) {
            char32_t value = lead & mask;
            size = std::min(size, text.size());
            for (std::size_t i = 1; i < size; ++i)
                value = value << 6U | (static_cast<unsigned char>(text[i]) & 0x3fU);
            return {value, size};
        }
        --size;
    }
    return {lead, 1};
}

} // namespace

std::size_t terminalWidth() noexcept
{
    winsize size{};
    const bool known = ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    return known ? std::max<std::size_t>(size.ws_col, narrowest) : usualWidth;
}

std::size_t columnsOf(std::string_view text) noexcept
{
    std::size_t columns = 0;
    while (!text.empty()) {
        const auto [character, size] = firstOf(text);
        columns += columnsOfCharacter(character);
        text.remove_prefix(size);
    }
    return columns;
}

std::string cut(std::string_view text, std::size_t columns)
{
    if (columnsOf(text) <= columns)
        return std::string(text);
    // One column is for the ellipsis. What combines with the last character stays with it.
    std::size_t end = 0;
    for (std::size_t used = 0; end < text.size();) {
        const auto [character, size] = firstOf(text.substr(end));
        used += columnsOfCharacter(character);
        if (used >= columns)
            break;
        end += size;
    }
    return std::string(text.substr(0, end)) + "\u2026";
}

std::string wrapped(std::string_view text, std::size_t indent, std::size_t width)
{
    std::string lines;
    std::size_t column = indent;
    const std::size_t room = width > indent ? width - indent : width;
    while (!text.empty()) {
        const std::size_t end = std::min({text.find(' '), text.size(), room});
        const std::string_view word = text.substr(0, end);
        text.remove_prefix(end);
        const bool isCut = !text.empty() && text.front() != ' ';
        text.remove_prefix(isCut || text.empty() ? 0 : 1);
        const bool isFirst = column == indent;
        if (!isFirst && column + 1 + word.size() > width) {
            lines += '\n' + std::string(indent, ' ');
            column = indent;
        } else if (!isFirst) {
            lines += ' ';
            ++column;
        }
        lines += word;
        column += word.size();
    }
    return lines;
}

std::string complaint(std::string_view text, std::size_t width)
{
    constexpr std::size_t indent = 2;
    std::string shown;
    while (!text.empty()) {
        std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        std::size_t column = 0;
        const bool isAsItIs = line.starts_with(' ');
        for (bool isFirst = true; !line.empty() && !isAsItIs; isFirst = false) {
            const std::string_view word = line.substr(0, line.find(' '));
            line.remove_prefix(std::min(word.size() + 1, line.size()));
            const std::size_t columns = columnsOf(word);
            if (!isFirst && column + 1 + columns > width) {
                shown += '\n' + std::string(indent, ' ');
                column = indent;
            } else if (!isFirst) {
                shown += ' ';
                ++column;
            }
            shown += word;
            column += columns;
        }
        shown += line;
        shown += '\n';
    }
    return shown;
}

std::string aligned(const std::vector<std::vector<std::string>>& rows, std::size_t width)
{
    std::string lines;
    for (const auto& row : rows) {
        std::string line;
        std::size_t start = 0;
        for (std::size_t column = 0; column + 1 < row.size(); ++column) {
            line += row[column];
            for (const auto& other : rows)
                start = std::max(start, line.size() - row[column].size() + other[column].size() + gap);
            line.resize(start, ' ');
        }
        lines += line + wrapped(row.back(), line.size(), width) + '\n';
    }
    return lines;
}

} // namespace waymark::text
