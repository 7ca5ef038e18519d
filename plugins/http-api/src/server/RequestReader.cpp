#include "server/RequestReader.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <utility>

namespace waymark::httpapi
{

namespace
{

/// Appends without growing, which would leave the old text behind. False for a broken percent-encoding.
bool decodeInto(std::string& decoded, std::string_view text, bool plusIsSpace)
{
    decoded.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            decoded.push_back(plusIsSpace && text[i] == '+' ? ' ' : text[i]);
            continue;
        }
        const std::string_view digits = text.substr(std::min(i + 1, text.size()), 2);
        unsigned value = 0;
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
        if (digits.size() != 2 || error != std::errc() || end != digits.data() + 2)
            return false;
        decoded.push_back(static_cast<char>(value));
        i += 2;
    }
    return true;
}

tl::unexpected<Refusal> brokenEncoding()
{
    return refuse(400, "the request's target has a broken percent-encoding", "malformed");
}

/// The text before the next `separator`, taken off the front of `rest` with it.
std::string_view takeUntil(std::string_view& rest, char separator) noexcept
{
    const std::size_t end = std::min(rest.find(separator), rest.size());
    const std::string_view part = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return part;
}

Answered<void> readQuery(std::string_view query, http::ApiRequest& out)
{
    while (!query.empty()) {
        std::string_view pair = takeUntil(query, '&');
        if (pair.empty())
            continue;
        WipedText name;
        WipedText value;
        if (!decodeInto(name.text, takeUntil(pair, '='), true) || !decodeInto(value.text, pair, true))
            return brokenEncoding();
        const auto [kept, isNew] = out.query.try_emplace(std::move(name.text));
        if (!isNew)
            return refuse(400, "a parameter of the request's target stands there twice", "malformed");
        kept->second.swap(value.text);
    }
    return {};
}

/// RFC 9110 section 5.3.
void appendValue(std::string& values, std::string_view value)
{
    WipedText joined;
    joined.text.reserve(values.size() + 2 + value.size());
    joined.text.append(values).append(", ").append(value);
    values.swap(joined.text);
}

bool carriesCredentials(std::string_view name) noexcept
{
    constexpr std::array<std::string_view, 3> names{"Authorization", "Proxy-Authorization", "Cookie"};
    return std::ranges::any_of(names, [&](std::string_view other) { return sameWord(name, other); });
}

std::string_view unquoted(std::string_view text) noexcept
{
    const bool quoted = text.size() >= 2 && text.front() == '"' && text.back() == '"';
    return quoted ? text.substr(1, text.size() - 2) : text;
}

} // namespace

Answered<Target> parseTarget(std::string_view target)
{
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (sameWord(target.substr(0, scheme.size()), scheme) && target.size() > scheme.size()) {
            const std::size_t end = std::min(target.find_first_of("/?", scheme.size()), target.size());
            target.remove_prefix(end);
            if (!target.starts_with('/')) // RFC 3986 section 6.2.3: an empty path is "/"
                return Target{"/", target.empty() ? target : target.substr(1)};
        }
    }
    if (!target.starts_with('/') && target != "*")
        return refuse(400, "the request's target must begin with '/'", "malformed");
    const std::string_view path = takeUntil(target, '?');
    return Target{path, target};
}

Answered<WipedRequest> readRequest(const RequestHead& head, const Target& target)
{
    WipedRequest wiped;
    http::ApiRequest& out = wiped.request;
    out.method = head.method;
    if (!decodeInto(out.path, target.path, false))
        return brokenEncoding();
    if (auto query = readQuery(target.query, out); !query)
        return tl::unexpected(query.error());
    for (const auto& [name, value] : head.fields) {
        if (carriesCredentials(name))
            continue;
        if (const auto known = out.headers.find(name); known != out.headers.end())
            appendValue(known->second, value);
        else
            out.headers.emplace(name, value);
    }
    return wiped;
}

Answered<void> checkContent(const RequestHead& head, const http::Route& route)
{
    if (!route.acceptsJson || (route.mayBeEmpty && !head.hasBody()))
        return {};
    constexpr std::string_view reason = "media-type";
    if (const auto coding = head.field("Content-Encoding"); coding && !sameWord(*coding, "identity"))
        return refuse(415, "the body must not be compressed", reason);
    std::string_view rest = head.field("Content-Type").value_or("");
    if (!sameWord(trimmed(takeUntil(rest, ';')), "application/json"))
        return refuse(415, "send the body as Content-Type: application/json", reason);
    while (!rest.empty()) {
        std::string_view value = takeUntil(rest, ';');
        const std::string_view name = trimmed(takeUntil(value, '='));
        if (sameWord(name, "charset") && !sameWord(unquoted(trimmed(value)), "utf-8"))
            return refuse(415, "JSON is UTF-8: leave the charset out", reason);
    }
    return {};
}

} // namespace waymark::httpapi
