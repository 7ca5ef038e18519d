#include "json/Utf8.h"

#include <Poco/JSONString.h>
#include <Poco/UTF8Encoding.h>

#include <algorithm>

namespace waymark::httpapi
{

std::optional<std::size_t> invalidUtf8(std::string_view text)
{
    const Poco::UTF8Encoding encoding;
    const void* const start = text.data();
    const auto* const bytes = static_cast<const unsigned char*>(start);
    for (std::size_t at = 0; at < text.size();) {
        if (bytes[at] < 0x80) {
            ++at;
            continue;
        }
        const int length = -encoding.sequenceLength(bytes + at, 1);
        const bool whole = length > 1 && static_cast<std::size_t>(length) <= text.size() - at;
        if (!whole || !Poco::UTF8Encoding::isLegal(bytes + at, length))
            return at;
        at += static_cast<std::size_t>(length);
    }
    return std::nullopt;
}

std::string jsonQuoted(std::string_view text)
{
    std::string clean;
    while (const auto bad = invalidUtf8(text)) {
        clean.append(text.substr(0, *bad)).append("\xef\xbf\xbd");
        text.remove_prefix(*bad + 1);
    }
    clean.append(text);
    return Poco::toJSON(clean);
}

} // namespace waymark::httpapi
