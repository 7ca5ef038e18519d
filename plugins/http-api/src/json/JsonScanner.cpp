#include "json/JsonScanner.h"

#include "json/Utf8.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>

namespace waymark::httpapi
{

namespace
{

constexpr int maximumDepth = 16;
constexpr std::size_t maximumKeys = 64;
constexpr std::size_t maximumExponent = 2;
constexpr std::size_t maximumNumber = 18; // digits that fit every type of every parser
constexpr std::size_t maximumKeyLength = 64;
constexpr std::size_t secretDigits = 64;
constexpr char filler = '*';
constexpr std::string_view secretName = "secret_key";

int hexDigit(char c) noexcept
{
    if (c >= '0' && c <= '9')
        return c - '0';
    const char lower = static_cast<char>(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

bool isDigit(char c) noexcept
{
    return c >= '0' && c <= '9';
}

bool looksLikeSecretKey(std::string_view text) noexcept
{
    if (text.starts_with("0x") || text.starts_with("0X"))
        text.remove_prefix(2);
    return text.size() == secretDigits && std::ranges::all_of(text, [](char c) { return hexDigit(c) >= 0; });
}

/// Recursive descent over the text; a member of Scanner returns false where the text is broken, and _at then
/// stands there.
class Scanner
{
public:
    explicit Scanner(std::span<char> text) : _text(text) {}

    Answered<ScannedJson> run()
    {
        if (const auto position = invalidUtf8({_text.data(), _text.size()}))
            return broken(*position, "is no UTF-8");
        skipBlank();
        _found.isObject = peek() == '{';
        if (!value(0, false))
            return broken(_at, _problem);
        skipBlank();
        if (_at < _text.size())
            return broken(_at, "stands behind the end of the value");
        return std::move(_found);
    }

private:
    static tl::unexpected<Refusal> broken(std::size_t position, std::string_view problem)
    {
        return refuse(
            400, "the body is no valid JSON: byte " + std::to_string(position) + ' ' + std::string(problem),
            "bad-json");
    }

    char peek() const noexcept { return _at < _text.size() ? _text[_at] : '\0'; }

    bool fail(std::string_view problem) noexcept
    {
        _problem = problem;
        return false;
    }

    void skipBlank() noexcept
    {
        while (_at < _text.size() && std::string_view(" \t\r\n").find(_text[_at]) != std::string_view::npos)
            ++_at;
    }

    bool take(char c) noexcept
    {
        if (_at >= _text.size() || _text[_at] != c)
            return false;
        ++_at;
        return true;
    }

    bool value(int depth, bool secret)
    {
        if (depth == maximumDepth && (peek() == '{' || peek() == '['))
            return fail("is nested too deeply");
        switch (peek()) {
        case '{':
            return object(depth + 1);
        case '[':
            return array(depth + 1, secret);
        case '"':
            return stringValue(depth, secret);
        case 't':
            return word("true");
        case 'f':
            return word("false");
        case 'n':
            return word("null");
        default:
            return number();
        }
    }

    bool word(std::string_view expected) noexcept
    {
        for (const char c : expected)
            if (!take(c))
                return fail("is neither true, false nor null");
        return true;
    }

    bool digits() noexcept
    {
        const std::size_t start = _at;
        while (isDigit(peek()))
            ++_at;
        return _at > start;
    }

    bool number() noexcept
    {
        const std::size_t start = _at;
        std::size_t exponentDigits = 0;
        if (!numberText(exponentDigits))
            return false;
        if (exponentDigits > maximumExponent || _at - start > maximumNumber) {
            std::ranges::fill(_text.subspan(start, _at - start), ' ');
            _text[start] = '-';
            _text[start + 1] = '1';
        }
        return true;
    }

    bool numberText(std::size_t& exponentDigits) noexcept
    {
        take('-');
        if (!take('0') && !digits())
            return fail("begins no value");
        if (take('.') && !digits())
            return fail("should be a digit");
        if (take('e') || take('E')) {
            if (!take('+'))
                take('-');
            const std::size_t start = _at;
            if (!digits())
                return fail("should be a digit");
            exponentDigits = _at - start;
        }
        return true;
    }

    bool array(int depth, bool secret)
    {
        take('[');
        skipBlank();
        if (take(']'))
            return true;
        for (;;) {
            skipBlank();
            if (!value(depth, secret))
                return false;
            skipBlank();
            if (take(']'))
                return true;
            if (!take(','))
                return fail("should be ',' or ']'");
        }
    }

    bool object(int depth)
    {
        take('{');
        skipBlank();
        if (take('}'))
            return true;
        for (;;) {
            skipBlank();
            if (!member(depth))
                return false;
            skipBlank();
            if (take('}'))
                return true;
            if (!take(','))
                return fail("should be ',' or '}'");
        }
    }

    bool member(int depth)
    {
        const std::size_t start = _at;
        SecretText name;
        if (!string(name))
            return false;
        const bool outermost = depth == 1;
        if (outermost && !newKey(name)) {
            _at = start;
            return false;
        }
        skipBlank();
        if (!take(':'))
            return fail("should be ':'");
        skipBlank();
        const bool secret = name.view() == secretName;
        if (outermost && secret) {
            _found.hasSecret = true;
            _found.secretIsText = peek() == '"';
        }
        return value(depth, secret);
    }

    bool newKey(const SecretText& name)
    {
        if (name.overflowed() || name.view().size() > maximumKeyLength)
            return fail("begins a field name that is too long");
        if (_found.keys.size() == maximumKeys)
            return fail("begins one field too many");
        if (std::ranges::find(_found.keys, name.view()) != _found.keys.end())
            return fail("begins a field that is there already");
        if (looksLikeSecretKey(name.view()))
            return fail("begins a field name that looks like a secret key");
        _found.keys.emplace_back(name.view());
        return true;
    }

    /// A string that is a value: overwritten when it is a secret key, whatever it looks like.
    bool stringValue(int depth, bool secret)
    {
        const std::size_t start = _at + 1;
        SecretText text;
        if (!string(text))
            return false;
        if (secret)
            std::ranges::fill(_text.subspan(start, _at - 1 - start), filler);
        if (secret && depth == 1 && _found.secretIsText)
            _found.secret = std::move(text);
        return true;
    }

    /// Overwrites runs of digits in the text that may be secret keys, not in `out`.
    bool string(SecretText& out)
    {
        if (!take('"'))
            return fail("should be '\"'");
        std::size_t runStart = _at;
        std::size_t runLength = 0;
        while (_at < _text.size()) {
            const std::size_t start = _at;
            char last = _text[_at];
            if (static_cast<unsigned char>(last) < 0x20)
                return fail("is a control character in a string");
            const bool isEnd = last == '"';
            if (last == '\\') {
                if (!escape(out, last))
                    return false;
            } else {
                if (!isEnd)
                    out.append(last);
                ++_at;
            }
            if (!isEnd && hexDigit(last) >= 0) {
                if (runLength++ == 0)
                    runStart = start;
                continue;
            }
            if (runLength == secretDigits)
                std::ranges::fill(_text.subspan(runStart, start - runStart), filler);
            if (isEnd)
                return true;
            runLength = 0;
        }
        return fail("is the end, inside a string");
    }

    /// `meant` is what an escape of one ASCII character stands for.
    bool escape(SecretText& out, char& meant)
    {
        ++_at;
        constexpr std::string_view codes = "\"\\/bfnrt";
        constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
        if (const std::size_t code = codes.find(peek()); code != std::string_view::npos && peek() != '\0') {
            meant = meanings[code];
            out.append(meant);
            ++_at;
            return true;
        }
        if (!take('u'))
            return fail("is no escape that JSON has");
        auto unit = fourHex();
        if (!unit)
            return fail("should be four hex digits");
        if (*unit >= 0xdc00 && *unit < 0xe000)
            return fail("ends half a surrogate pair");
        if (*unit < 0xd800 || *unit > 0xdbff) {
            meant = *unit < 0x80 ? static_cast<char>(*unit) : '\0';
            appendUtf8(*unit, out);
            return true;
        }
        const auto second = take('\\') && take('u') ? fourHex() : std::nullopt;
        if (!second || *second < 0xdc00 || *second > 0xdfff)
            return fail("ends half a surrogate pair");
        appendUtf8(0x10000 + ((*unit - 0xd800) << 10U) + (*second - 0xdc00), out);
        return true;
    }

    std::optional<std::uint32_t> fourHex() noexcept
    {
        std::uint32_t unit = 0;
        for (int i = 0; i < 4; ++i, ++_at) {
            const int digit = hexDigit(peek());
            if (digit < 0)
                return std::nullopt;
            unit = unit * 16 + static_cast<std::uint32_t>(digit);
        }
        return unit;
    }

    static void appendUtf8(std::uint32_t point, SecretText& out) noexcept
    {
        const auto byte = [&out](std::uint32_t value) {
            out.append(static_cast<char>(value));
        };
        if (point < 0x80) {
            byte(point);
            return;
        }
        if (point < 0x800) {
            byte(0xc0 | (point >> 6U));
        } else {
            if (point < 0x10000) {
                byte(0xe0 | (point >> 12U));
            } else {
                byte(0xf0 | (point >> 18U));
                byte(0x80 | ((point >> 12U) & 0x3fU));
            }
            byte(0x80 | ((point >> 6U) & 0x3fU));
        }
        byte(0x80 | (point & 0x3fU));
    }

    std::span<char> _text;
    std::size_t _at = 0;
    std::string_view _problem = "begins no value";
    ScannedJson _found;
};

} // namespace

Answered<ScannedJson> scanJson(std::span<char> text)
{
    return Scanner(text).run();
}

} // namespace waymark::httpapi
