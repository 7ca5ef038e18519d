#include "commands/Folded.h"

namespace waymark::discv4
{

std::vector<std::string> folded(std::string_view text, std::size_t width)
{
    std::vector<std::string> lines;
    while (text.size() > width) {
        const std::size_t blank = text.rfind(' ', width);
        const bool isBlank = blank != std::string_view::npos && blank > 0;
        const std::size_t end = isBlank ? blank : width;
        lines.emplace_back(text.substr(0, end));
        text.remove_prefix(isBlank ? end + 1 : end);
    }
    lines.emplace_back(text);
    return lines;
}

} // namespace waymark::discv4
