#include <waymark/toolkit/Style.h>

namespace waymark::toolkit
{

std::string Style::in(std::string_view code, std::string_view text) const
{
    if (!_colour || text.empty())
        return std::string(text);
    std::string out = "\x1b[";
    out.append(code).append("m").append(text).append("\x1b[0m");
    return out;
}

} // namespace waymark::toolkit
