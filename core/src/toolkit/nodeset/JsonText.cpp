#include "toolkit/nodeset/JsonText.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string_view>

namespace waymark::toolkit::nodeset
{

namespace
{

constexpr std::string_view digits = "0123456789";
constexpr std::string_view half = "0.5";

template <class Number>
bool isWhole(std::string_view text)
{
    Number number{};
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && rest == text.data() + text.size();
}

/// Takes so many digits off the front; false when there are none.
bool skipDigits(std::string_view& text)
{
    const auto end = std::min(text.find_first_not_of(digits), text.size());
    text.remove_prefix(end);
    return end > 0;
}

bool skipOne(std::string_view& text, std::string_view characters)
{
    const bool isThere = !text.empty() && characters.find(text.front()) != std::string_view::npos;
    text.remove_prefix(isThere ? 1 : 0);
    return isThere;
}

/// As RFC 8259, section 6, has it.
bool isNumber(std::string_view text)
{
    skipOne(text, "-");
    if (!skipOne(text, "0") && !skipDigits(text))
        return false;
    if (skipOne(text, ".") && !skipDigits(text))
        return false;
    if (skipOne(text, "eE")) {
        skipOne(text, "+-");
        if (!skipDigits(text))
            return false;
    }
    return text.empty();
}

} // namespace

void skipByteOrderMark(std::istream& in)
{
    constexpr std::array<int, 3> mark{0xef, 0xbb, 0xbf};
    std::size_t read = 0;
    while (read < mark.size() && in.peek() == mark.at(read)) {
        in.get();
        ++read;
    }
    in.clear(in.rdstate() & ~std::ios::eofbit);
    for (; read > 0 && read < mark.size(); --read)
        in.unget();
}

JsonText::JsonText(std::istream& in) : _in(*in.rdbuf())
{
    skipByteOrderMark(in);
}

JsonText::int_type JsonText::underflow()
{
    _text.clear();
    while (_text.empty()) {
        const auto size = _in.sgetn(_chunk.data(), static_cast<std::streamsize>(_chunk.size()));
        for (std::streamsize i = 0; i < size; ++i)
            take(_chunk.at(static_cast<std::size_t>(i)));
        if (size > 0)
            continue;
        endNumber();
        if (_text.empty())
            return traits_type::eof();
    }
    setg(_text.data(), _text.data(), _text.data() + _text.size());
    return traits_type::to_int_type(_text.front());
}

void JsonText::take(char character)
{
    if (_isInString) {
        _isInString = _isEscaped || character != '"';
        _isEscaped = !_isEscaped && character == '\\';
        _text += character;
        return;
    }
    const bool begins = character == '-' || digits.find(character) != std::string_view::npos;
    if (begins || (!_number.empty() && std::string_view("+.eE").find(character) != std::string_view::npos)) {
        _number += character;
        return;
    }
    endNumber();
    _isInString = character == '"';
    _text += character;
}

void JsonText::endNumber()
{
    const bool isKept =
        isWhole<std::uint64_t>(_number) || isWhole<std::int64_t>(_number) || !isNumber(_number);
    _text += isKept ? std::string_view(_number) : half;
    _number.clear();
}

} // namespace waymark::toolkit::nodeset
