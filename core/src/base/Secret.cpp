#include "base/Secret.h"

#include <algorithm>

namespace waymark::text
{

namespace
{

// Slips of a pen or of a copy must not show the rest: so much shorter and longer a run may be.
constexpr std::size_t fewest = 60;
constexpr std::size_t most = 70; // with "0x"
/// So many characters of a run may be no hex digits. Of base64 two thirds are none.
constexpr std::ptrdiff_t mistyped = 4;

bool isDigit(char letter) noexcept
{
    return (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'f') ||
           (letter >= 'A' && letter <= 'F');
}

bool isLetterOrDigit(char letter) noexcept
{
    return (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'z') ||
           (letter >= 'A' && letter <= 'Z');
}

bool isBlank(char letter) noexcept
{
    return static_cast<unsigned char>(letter) <= ' ';
}

/// Of letters and digits only.
bool isKeyLike(std::string_view run)
{
    return run.size() >= fewest && run.size() <= most &&
           std::ranges::count_if(run, [](char letter) { return !isDigit(letter); }) <= mistyped;
}

/// Whether it is one key whose digits blanks stand between.
bool isSpacedKey(std::string_view text)
{
    std::string run;
    for (const char letter : text) {
        if (isBlank(letter))
            continue;
        if (!isLetterOrDigit(letter) || run.size() == most)
            return false;
        run += letter;
    }
    return isKeyLike(run);
}

} // namespace

std::string withoutKeys(std::string_view text)
{
    constexpr char hidden = '*';
    std::string shown(text);
    if (isSpacedKey(text)) {
        std::ranges::replace_if(shown, [](char letter) { return !isBlank(letter); }, hidden);
        return shown;
    }
    for (std::size_t begin = 0; begin < text.size();) {
        std::size_t end = begin;
        while (end < text.size() && isLetterOrDigit(text[end]))
            ++end;
        if (isKeyLike(text.substr(begin, end - begin)))
            shown.replace(begin, end - begin, end - begin, hidden);
        begin = end + 1;
    }
    return shown;
}

bool mayBeKey(std::string_view text)
{
    return withoutKeys(text) != text;
}

std::string quoted(std::string_view text)
{
    constexpr std::size_t longest = 80;
    if (mayBeKey(text))
        return std::string(looksLikeKey);
    std::string result = "'";
    for (const char character : text.substr(0, longest))
        result.push_back(character >= ' ' && character <= '~' ? character : '?');
    result += text.size() > longest ? "...'" : "'";
    return result;
}

} // namespace waymark::text
