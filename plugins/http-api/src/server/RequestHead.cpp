#include "server/RequestHead.h"

#include <algorithm>
#include <charconv>

namespace waymark::httpapi
{

namespace
{

constexpr std::size_t maximumMethod = 24;
constexpr std::size_t maximumTarget = 8000;
constexpr std::size_t maximumName = 200;
constexpr std::size_t maximumValue = 8000;
constexpr std::size_t maximumFields = 100;
constexpr std::size_t maximumLengthDigits = 18;
constexpr std::string_view malformed = "malformed";

bool isTokenCharacter(char c) noexcept
{
    constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           marks.find(c) != std::string_view::npos;
}

bool isToken(std::string_view text) noexcept
{
    return !text.empty() && std::ranges::all_of(text, isTokenCharacter);
}

bool isControl(char c) noexcept
{
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == '\x7f';
}

bool hasName(std::string_view fieldLine, std::size_t colon) noexcept
{
    return colon != std::string_view::npos && isToken(fieldLine.substr(0, colon));
}

char lower(char c) noexcept
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// The line before the next CRLF, taken off the front of `rest`.
std::string_view takeLine(std::string_view& rest) noexcept
{
    const std::size_t end = std::min(rest.find("\r\n"), rest.size());
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 2, rest.size()));
    return line;
}

bool listHas(std::string_view list, std::string_view word)
{
    while (!list.empty()) {
        const std::size_t comma = std::min(list.find(','), list.size());
        if (sameWord(trimmed(list.substr(0, comma)), word))
            return true;
        list.remove_prefix(std::min(comma + 1, list.size()));
    }
    return false;
}

Answered<void> checkTarget(std::string_view target)
{
    if (target.size() > maximumTarget)
        return refuse(414,
                      "the request's target has more than " + std::to_string(maximumTarget) + " characters",
                      "target-too-long");
    const auto visible = [](char c) {
        return c > ' ' && c < '\x7f' && c != '#';
    };
    if (target.empty() || !std::ranges::all_of(target, visible))
        return refuse(400, "the request's target has characters that belong percent-encoded", malformed);
    return {};
}

Answered<void> parseRequestLine(std::string_view line, RequestHead& head)
{
    const std::size_t first = line.find(' ');
    const std::size_t last = line.rfind(' ');
    if (first == std::string_view::npos || first == last)
        return refuse(400, "the request line must be METHOD TARGET HTTP/1.1", malformed);
    const std::string_view method = line.substr(0, first);
    const std::string_view version = line.substr(last + 1);
    if (!isToken(method) || method.size() > maximumMethod)
        return refuse(400, "the request's method is no HTTP method", malformed);
    if (auto target = checkTarget(line.substr(first + 1, last - first - 1)); !target)
        return target;
    if (version != "HTTP/1.1" && version != "HTTP/1.0") {
        const bool known = version.size() == 8 && version.starts_with("HTTP/");
        return known ? refuse(505, "only HTTP/1.1 and HTTP/1.0 are spoken here", "version")
                     : refuse(400, "the request line must end in HTTP/1.1", malformed);
    }
    head.http10 = version == "HTTP/1.0";
    head.keepAlive = !head.http10;
    head.isHead = method == "HEAD";
    head.method = method;
    head.target = line.substr(first + 1, last - first - 1);
    return {};
}

/// The fields that decide about framing and the connection, collected line by line.
struct Framing
{
    std::vector<std::string_view> contentLengths;
    std::vector<std::string_view> transferEncodings;
    std::size_t hosts = 0;
};

Answered<void> parseField(std::string_view line, Framing& framing, RequestHead& head)
{
    if (head.fields.size() >= maximumFields)
        return refuse(431, "the request has more than " + std::to_string(maximumFields) + " header fields",
                      "head-too-large");
    const std::size_t colon = line.find(':');
    if (!hasName(line, colon))
        return refuse(400, "a header field must be 'Name: value' on one line", malformed);
    const std::string_view name = line.substr(0, colon);
    const std::string_view value = trimmed(line.substr(colon + 1));
    if (name.size() > maximumName || value.size() > maximumValue)
        return refuse(431, "a header field is longer than " + std::to_string(maximumValue) + " characters",
                      "head-too-large");
    if (!isPlain(value))
        return refuse(400, "a header field has a control character in its value", malformed);
    head.fields.emplace_back(name, value);
    if (sameWord(name, "Content-Length"))
        framing.contentLengths.push_back(value);
    else if (sameWord(name, "Transfer-Encoding"))
        framing.transferEncodings.push_back(value);
    else if (sameWord(name, "Host"))
        ++framing.hosts;
    else if (sameWord(name, "Connection") && listHas(value, "close"))
        head.keepAlive = false;
    else if (sameWord(name, "Expect")) {
        if (!sameWord(value, "100-continue"))
            return refuse(417, "the only expectation that is met here is 100-continue", malformed);
        head.expectsContinue = !head.http10;
    }
    return {};
}

Answered<std::uint64_t> parseLength(std::string_view text)
{
    std::uint64_t length = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
    const bool digits = !text.empty() && text.size() <= maximumLengthDigits && error == std::errc() &&
                        end == text.data() + text.size();
    if (!digits)
        return refuse(400, "Content-Length must be one decimal number", malformed);
    return length;
}

/// RFC 9112 section 6.1 to 6.3, without the leniency that request smuggling lives on.
Answered<void> decideFraming(const Framing& framing, RequestHead& head)
{
    if (framing.contentLengths.size() > 1 || framing.transferEncodings.size() > 1 ||
        (!framing.contentLengths.empty() && !framing.transferEncodings.empty()))
        return refuse(400, "a request may have one Content-Length or one Transfer-Encoding, not more",
                      "ambiguous-length");
    if (!framing.transferEncodings.empty()) {
        if (head.http10)
            return refuse(400, "HTTP/1.0 has no Transfer-Encoding", "ambiguous-length");
        if (!sameWord(framing.transferEncodings.front(), "chunked"))
            return refuse(501, "the only Transfer-Encoding that is spoken here is chunked", malformed);
        head.chunked = true;
    }
    if (!framing.contentLengths.empty()) {
        const auto length = parseLength(framing.contentLengths.front());
        if (!length)
            return tl::unexpected(length.error());
        head.contentLength = *length;
    }
    if (framing.hosts > 1 || (framing.hosts == 0 && !head.http10))
        return refuse(400, "a request must have one Host field", malformed);
    return {};
}

} // namespace

bool isFieldLine(std::string_view line) noexcept
{
    return hasName(line, line.find(':')) && isPlain(line);
}

bool isPlain(std::string_view text) noexcept
{
    return std::ranges::none_of(text, isControl);
}

bool sameWord(std::string_view left, std::string_view right) noexcept
{
    return std::ranges::equal(left, right, {}, lower, lower);
}

std::string_view trimmed(std::string_view text) noexcept
{
    constexpr std::string_view blank = " \t";
    const auto first = text.find_first_not_of(blank);
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(blank) - first + 1);
}

std::optional<std::string_view> RequestHead::field(std::string_view name) const noexcept
{
    const auto found =
        std::ranges::find_if(fields, [&](const auto& field) { return sameWord(field.first, name); });
    return found == fields.end() ? std::nullopt : std::optional(found->second);
}

std::string RequestHead::withoutContent() const
{
    return std::string(isHead ? "HEAD / HTTP/1." : "GET / HTTP/1.") + (http10 ? '0' : '1') +
           (keepAlive ? "\r\nConnection: keep-alive\r\n\r\n" : "\r\nConnection: close\r\n\r\n");
}

Answered<RequestHead> RequestHead::parse(std::string_view text)
{
    RequestHead head;
    Framing framing;
    if (auto line = parseRequestLine(takeLine(text), head); !line)
        return tl::unexpected(line.error());
    for (std::string_view line = takeLine(text); !line.empty(); line = takeLine(text))
        if (auto field = parseField(line, framing, head); !field)
            return tl::unexpected(field.error());
    if (auto decided = decideFraming(framing, head); !decided)
        return tl::unexpected(decided.error());
    return head;
}

Answered<std::optional<std::size_t>> HeadScanner::scan(std::string_view received)
{
    for (; _seen < received.size(); ++_seen) {
        const char c = received[_seen];
        const bool afterReturn = _seen > 0 && received[_seen - 1] == '\r';
        if (c == '\n') {
            if (!afterReturn)
                return refuse(400, "a line of the request's head must end in CRLF", malformed);
            if (_seen - _lineStart == 1)
                return ++_seen;
            _lineStart = _seen + 1;
        } else if (afterReturn || (c != '\r' && isControl(c))) {
            return refuse(400, "this is no HTTP request: a control character stands in its head", malformed);
        }
    }
    return std::nullopt;
}

} // namespace waymark::httpapi
