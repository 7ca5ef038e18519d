#include "routes/ApiDescription.h"

#include "json/Utf8.h"

#include <Poco/String.h>

#include <algorithm>
#include <cstddef>

namespace waymark::httpapi
{

namespace
{

constexpr std::string_view endOfPaths = "\ncomponents:\n";

/// The lines of a path item; nothing without it. They begin behind "  <pattern>:" and are indented deeper, or
/// empty.
std::string_view pathItem(std::string_view document, std::string_view pattern)
{
    const std::string key = "\n  " + std::string(pattern) + ":\n";
    const std::size_t found = document.find(key);
    if (found == std::string_view::npos)
        return {};
    const std::string_view rest = document.substr(found + key.size() - 1);
    std::size_t end = 0;
    const auto goesOn = [rest](std::size_t at) {
        return rest.substr(at).starts_with("\n    ") || rest.substr(at).starts_with("\n\n");
    };
    while (end < rest.size() && goesOn(end))
        end = std::min(rest.find('\n', end + 1), rest.size());
    return rest.substr(0, end);
}

void appendIndented(std::string& out, std::string_view text, std::string_view indentation)
{
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        if (end != 0)
            out.append(indentation).append(text.substr(0, end));
        out += '\n';
        text.remove_prefix(std::min(end + 1, text.size()));
    }
}

/// A JSON string is a YAML one.
std::string plainOperation(const http::Route& route)
{
    return "summary: " + jsonQuoted(route.summary) +
           "\nresponses:\n  default: {$ref: '#/components/responses/Error'}\n";
}

} // namespace

bool isDescribed(std::string_view document, std::string_view method, std::string_view pattern)
{
    const std::string key = "\n    " + Poco::toLower(std::string(method)) + ":";
    return pathItem(document, pattern).find(key) != std::string_view::npos;
}

std::string describeApi(std::string_view own, const http::RouteTable& routes)
{
    std::string document(own);
    for (const auto& route : routes.routes()) {
        if (isDescribed(document, route->method, route->pattern))
            continue;
        const std::string_view item = pathItem(document, route->pattern);
        std::string text = item.empty() ? "  " + route->pattern + ":\n" : std::string();
        text += "    " + Poco::toLower(route->method) + ":\n";
        appendIndented(text, route->openapi.empty() ? plainOperation(*route) : route->openapi, "      ");
        const std::size_t place = item.empty()
                                      ? document.find(endOfPaths)
                                      : static_cast<std::size_t>(item.data() - document.data()) + item.size();
        document.insert(place + 1, text);
    }
    return document;
}

} // namespace waymark::httpapi
