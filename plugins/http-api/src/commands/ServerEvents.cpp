#include "commands/ServerEvents.h"

#include <utility>

namespace waymark::httpapi
{

namespace
{

constexpr std::size_t largest = std::size_t{1} << 20U;
constexpr std::string_view byteOrderMark = "\xef\xbb\xbf";

} // namespace

Result<void> ServerEvents::read(std::string_view bytes, const Each& each)
{
    for (const char c : bytes) {
        const bool isSecondOfTwo = c == '\n' && _afterReturn;
        _afterReturn = c == '\r';
        if (isSecondOfTwo)
            continue;
        if (c != '\n' && c != '\r') {
            if (_line.size() + _data.size() >= largest)
                return failure(ErrorCode::tooLarge, "an event has more than 1 MB");
            _line += c;
            continue;
        }
        const std::string line = std::exchange(_line, {});
        take(line, each);
    }
    return {};
}

void ServerEvents::restart()
{
    _line.clear();
    _name.clear();
    _data.clear();
    _afterReturn = false;
    _first = true;
}

void ServerEvents::take(std::string_view line, const Each& each)
{
    if (std::exchange(_first, false) && line.starts_with(byteOrderMark))
        line.remove_prefix(byteOrderMark.size());
    if (line.empty()) {
        const std::string name = std::exchange(_name, {});
        std::string data = std::exchange(_data, {});
        if (data.empty())
            return;
        data.pop_back(); // the line feed behind the last line
        each({_lastId, name.empty() ? "message" : name, std::move(data)});
        return;
    }
    const std::size_t colon = line.find(':');
    const std::string_view field = line.substr(0, colon);
    std::string_view value = colon == std::string_view::npos ? std::string_view() : line.substr(colon + 1);
    if (value.starts_with(' '))
        value.remove_prefix(1);
    if (field == "event")
        _name = value;
    else if (field == "data")
        _data.append(value).append("\n");
    else if (field == "id" && value.find('\0') == std::string_view::npos)
        _lastId = value;
}

} // namespace waymark::httpapi
