#include "commands/Notices.h"

#include <ostream>

namespace waymark::httpapi
{

void Notices::say(const std::string& event, const std::string& text, const Details& details)
{
    if (text == _last)
        return;
    _last = text;
    if (!_json) {
        _context.error << _line.command() << ": " << text << '\n' << std::flush;
        return;
    }
    Details members{{"event", event}, {"message", text}};
    members.insert(members.end(), details.begin(), details.end());
    _context.out << toolkit::Cell::object(members).json() << '\n' << std::flush;
}

} // namespace waymark::httpapi
