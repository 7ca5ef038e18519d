#include "json/Utf8.h"

#include <Poco/JSONString.h>
#include <Poco/UTF8Encoding.h>

#include <algorithm>

namespace waymark::httpapi
{

namespace
{

/// The length that a sequence with this first byte must have; 0 for what begins none.
int sequenceLength(unsigned char first) noexcept
{
    if (first < 0x80)
        return 1;
    if (first < 0xc2)
        return 0;
    if (first < 0xe0)
        return 2;
    return first < 0xf0 ? 3 : 4;
}

} // namespace

std::optional<std::size_t> invalidUtf8(std::string_view text)
{
    const void* const start = text.data();
    const auto* const bytes = static_cast<const unsigned char*>(start);
    for (std::size_t at = 0; at < text.size();) {
        const int length = sequenceLength(bytes[at]);
        const bool whole = length > 0 && static_cast<std::size_t>(length) <= text.size() - at;
        if (!whole || (length > 1 && !Poco::UTF8Encoding::isLegal(bytes + at, length)))
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
