#include "host/config/PropertiesParser.h"

#include "base/Text.h"

#include <algorithm>
#include <map>

namespace waymark::host
{

namespace
{

constexpr std::size_t maximumSize = std::size_t{1} << 20;
constexpr std::string_view byteOrderMark = "\xef\xbb\xbf";

/// Hands out physical lines without their ends.
class Lines
{
public:
    explicit Lines(std::string_view text) : _rest(text) {}

    bool next(std::string_view& line)
    {
        if (_rest.empty())
            return false;
        const std::size_t end = std::min(_rest.find('\n'), _rest.size());
        line = _rest.substr(0, end);
        _rest.remove_prefix(std::min(end + 1, _rest.size()));
        if (line.ends_with('\r'))
            line.remove_suffix(1);
        ++_number;
        return true;
    }

    unsigned number() const noexcept { return _number; }

private:
    std::string_view _rest;
    unsigned _number = 0;
};

bool isBlank(char c) noexcept
{
    return c == ' ' || c == '\t';
}

/// Where a '#' stands that was probably meant to start a comment.
bool hasTrailingComment(std::string_view value) noexcept
{
    for (std::size_t i = value.find('#'); i != std::string_view::npos; i = value.find('#', i + 1)) {
        const bool blankAfter = i + 1 == value.size() || isBlank(value[i + 1]);
        if (i == 0 ? blankAfter : isBlank(value[i - 1]))
            return true;
    }
    return false;
}

class Parser
{
public:
    Parser(std::string_view text, const std::string& fileName) : _lines(text), _file(fileName) {}

    ParsedProperties parse()
    {
        std::string_view line;
        while (_lines.next(line)) {
            const std::string_view start = text::trimmed(line);
            if (!start.empty() && start.front() != '#' && start.front() != '!')
                parseEntry(line);
        }
        return std::move(_parsed);
    }

private:
    void parseEntry(std::string_view first)
    {
        const unsigned number = _lines.number();
        std::string logical(text::trimmed(first));
        std::string_view more;
        while (logical.ends_with('\\')) {
            logical.pop_back();
            if (!_lines.next(more))
                return problem(number, "", "the file ends after a '\\' that continues the line");
            logical += text::trimmed(more);
        }
        const std::size_t separator = logical.find_first_of("=:");
        if (separator == std::string::npos)
            return problem(number, "", "no 'key = value': a '=' is missing");
        std::string key(text::trimmed(std::string_view(logical).substr(0, separator)));
        std::string value(text::trimmed(std::string_view(logical).substr(separator + 1)));
        if (key.empty())
            return problem(number, "",
                           "the key before '" + std::string(1, logical[separator]) + "' is missing");
        if (std::ranges::any_of(key, isBlank))
            return problem(number, key, "a key has no blanks; is a '=' missing?");
        const auto [known, added] = _firstLines.emplace(key, number);
        if (!added)
            return problem(number, key,
                           "stands here a second time, first in line " + std::to_string(known->second) +
                               "; remove one of them");
        if (hasTrailingComment(value))
            return problem(
                number, key,
                "a comment cannot follow a value (it would become part of it); give it a line of its own");
        _parsed.entries.push_back({std::move(key), std::move(value), number});
    }

    void problem(unsigned line, std::string key, std::string message)
    {
        _parsed.problems.push_back({Origin{_file, line, {}}.toString(), std::move(key), std::move(message)});
    }

    Lines _lines;
    std::string _file;
    std::map<std::string, unsigned> _firstLines;
    ParsedProperties _parsed;
};

/// What makes a file as a whole unusable, or an empty text.
std::string wrongWithAll(std::string_view text)
{
    if (text.size() > maximumSize)
        return "the file is larger than 1 MiB";
    if (text.starts_with(byteOrderMark))
        return "the file starts with a byte order mark; save it as UTF-8 without one";
    const auto control = [](char c) {
        const auto code = static_cast<unsigned char>(c);
        return (code < ' ' && c != '\n' && c != '\r' && c != '\t') || code == 0x7f;
    };
    if (std::ranges::any_of(text, control))
        return "the file holds control characters: it is no text";
    for (std::size_t at = text.find('\r'); at != std::string_view::npos; at = text.find('\r', at + 1))
        if (at + 1 < text.size() && text[at + 1] != '\n')
            return "the file has carriage returns within lines; save it with lines that end in LF or CRLF";
    if (text::cleanUtf8(text) != text)
        return "the file is not UTF-8";
    return {};
}

} // namespace

ParsedProperties parseProperties(std::string_view text, const std::string& fileName)
{
    if (std::string wrong = wrongWithAll(text); !wrong.empty())
        return {{}, {{fileName, "", std::move(wrong)}}, false};
    return Parser(text, fileName).parse();
}

} // namespace waymark::host
