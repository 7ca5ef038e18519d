#include "nodeset/Lines.h"

#include "base/Text.h"

#include <istream>

namespace waymark::toolkit::nodeset
{

bool Lines::read()
{
    _line.clear();
    _isCut = false;
    auto* const buffer = _in.rdbuf();
    bool any = false;
    for (int letter = buffer->sbumpc(); letter != std::istream::traits_type::eof();
         letter = buffer->sbumpc()) {
        any = true;
        if (letter == '\n')
            break;
        if (_line.size() < longest)
            _line += static_cast<char>(letter);
        else
            _isCut = true;
    }
    _number += any ? 1U : 0U;
    return any;
}

std::optional<std::string_view> Lines::next()
{
    if (_again) {
        _again = false;
        return _shown;
    }
    while (read()) {
        _shown = text::trimmed(_line);
        if (_number == 1 && _shown.starts_with("\xef\xbb\xbf")) // a byte order mark
            _shown = text::trimmed(_shown.substr(3));
        if (!_shown.empty() && !_shown.starts_with('#'))
            return _shown;
    }
    return std::nullopt;
}

} // namespace waymark::toolkit::nodeset
