#include "base/Text.h"

#include <Poco/JSONString.h>
#include <Poco/NumberFormatter.h>
#include <Poco/UTF8Encoding.h>

#include <algorithm>
#include <numeric>
#include <optional>

namespace waymark::text
{

namespace
{

constexpr std::string_view replacement = "\xef\xbf\xbd";

/// How many bytes the lead byte announces; 0 for a byte that cannot lead.
std::size_t announcedLength(unsigned char lead) noexcept
{
    if (lead < 0x80)
        return 1;
    if (lead >= 0xc2 && lead < 0xe0)
        return 2;
    if (lead >= 0xe0 && lead < 0xf0)
        return 3;
    return lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
}

bool legal(std::string_view sequence)
{
    const auto* const bytes = static_cast<const unsigned char*>(static_cast<const void*>(sequence.data()));
    return Poco::UTF8Encoding::isLegal(bytes, static_cast<int>(sequence.size()));
}

/// Of a character of one to three bytes.
unsigned codePointOf(std::string_view bytes) noexcept
{
    constexpr unsigned lowBits = 0x3f;
    auto value = static_cast<unsigned>(static_cast<unsigned char>(bytes.front()));
    if (bytes.size() > 1)
        value &= bytes.size() == 2 ? 0x1fU : 0x0fU;
    for (const char byte : bytes.substr(1))
        value = value << 6U | (static_cast<unsigned char>(byte) & lowBits);
    return value;
}

/// Changes (insert, drop, replace, swap of neighbours) that lead from one word to the other.
std::size_t editDistance(std::string_view from, std::string_view to)
{
    std::vector<std::size_t> before(to.size() + 1);
    std::vector<std::size_t> previous(to.size() + 1);
    std::vector<std::size_t> current(to.size() + 1);
    std::iota(previous.begin(), previous.end(), std::size_t{0});
    for (std::size_t i = 1; i <= from.size(); ++i) {
        current[0] = i;
        for (std::size_t j = 1; j <= to.size(); ++j) {
            const std::size_t change = from[i - 1] == to[j - 1] ? 0 : 1;
            current[j] = std::min({previous[j] + 1, current[j - 1] + 1, previous[j - 1] + change});
            if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1])
                current[j] = std::min(current[j], before[j - 2] + 1);
        }
        std::swap(before, previous);
        std::swap(previous, current);
    }
    return previous[to.size()];
}

/// How many characters two names have in common at their start, dashes apart.
std::size_t commonStart(std::string_view word, std::string_view candidate)
{
    const std::size_t dashes = word.starts_with("--") ? 2 : 0;
    const std::size_t first = std::min(dashes, word.size());
    std::size_t end = first;
    while (end < std::min(word.size(), candidate.size()) && word[end] == candidate[end])
        ++end;
    return end - first;
}

/// Whether so much of a word's start is enough to know what it was to be. Of names with a point in them whole
/// families begin alike.
bool isBeginningOf(std::string_view word, std::size_t start)
{
    const std::size_t letters = word.size() - (word.starts_with("--") ? 2 : 0);
    return start >= 2 && 2 * start >= letters && word.find('.') == std::string_view::npos;
}

} // namespace

std::string cleanUtf8(std::string_view text)
{
    std::string clean;
    clean.reserve(text.size());
    while (!text.empty()) {
        const std::size_t length = announcedLength(static_cast<unsigned char>(text.front()));
        if (length == 0 || length > text.size() || !legal(text.substr(0, length))) {
            clean += replacement;
            text.remove_prefix(1);
            continue;
        }
        clean += text.substr(0, length);
        text.remove_prefix(length);
    }
    return clean;
}

std::string jsonQuoted(std::string_view text)
{
    const std::string escaped = Poco::toJSON(cleanUtf8(text), 0);
    std::string out = "\"";
    for (std::size_t i = 0; i < escaped.size(); ++i) {
        const std::size_t control = controlAt(escaped, i);
        if (control == 0) {
            out += escaped[i];
            continue;
        }
        out += "\\u" + Poco::NumberFormatter::formatHex(codePointOf({escaped.data() + i, control}), 4);
        i += control - 1;
    }
    return out + '"';
}

std::size_t controlAt(std::string_view text, std::size_t place) noexcept
{
    const auto byte = static_cast<unsigned char>(text[place]);
    if (byte < 0x20 || byte == 0x7f)
        return 1;
    const std::string_view rest = text.substr(place);
    const bool isC1 = byte == 0xc2 && static_cast<unsigned char>(rest[1]) < 0xa0;
    if (isC1 || rest.starts_with("\u061c"))
        return 2;
    const auto isFrom = [&](std::string_view first, std::string_view last) {
        const std::string_view character = rest.substr(0, first.size());
        return character.size() == first.size() && character >= first && character <= last;
    };
    const bool turns = isFrom("\u200e", "\u200f") || isFrom("\u2028", "\u202e") || isFrom("\u2066", "\u2069");
    return turns ? 3 : 0;
}

std::string printable(std::string_view text)
{
    const std::string clean = cleanUtf8(text);
    std::string out;
    for (std::size_t i = 0; i < clean.size(); ++i) {
        const std::size_t control = controlAt(clean, i);
        out += control == 0 ? clean[i] : '?';
        i += control > 1 ? control - 1 : 0;
    }
    return out;
}

std::string_view trimmed(std::string_view text) noexcept
{
    constexpr std::string_view blanks = " \t\r\n\f\v";
    const std::size_t first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::vector<std::string> splitList(std::string_view text)
{
    std::vector<std::string> parts;
    if (trimmed(text).empty())
        return parts;
    for (;;) {
        const std::size_t comma = text.find(',');
        parts.emplace_back(trimmed(text.substr(0, comma)));
        if (comma == std::string_view::npos)
            return parts;
        text.remove_prefix(comma + 1);
    }
}

std::string joined(const std::vector<std::string>& parts, std::string_view separator)
{
    std::string text;
    for (const std::string& part : parts) {
        if (!text.empty())
            text += separator;
        text += part;
    }
    return text;
}

std::string nearest(std::string_view word, std::span<const std::string> candidates)
{
    // Beyond a third of the word a suggestion puzzles more than it helps.
    const auto furthest = std::max<std::size_t>(word.size() / 3, 2);
    std::optional<std::ptrdiff_t> best;
    std::string found;
    for (const std::string& candidate : candidates) {
        const std::size_t distance = editDistance(word, candidate);
        const std::size_t start = commonStart(word, candidate);
        if (distance > furthest && !isBeginningOf(word, start))
            continue;
        const auto cost = static_cast<std::ptrdiff_t>(distance) - static_cast<std::ptrdiff_t>(start);
        if (!best || cost < *best) {
            best = cost;
            found = candidate;
        }
    }
    return found;
}

} // namespace waymark::text
