#include <waymark/http/ApiRequest.h>

#include <algorithm>
#include <stdexcept>

namespace waymark::http
{

namespace
{

/// ASCII only: header names are tokens (RFC 9110 section 5.1), whatever the locale says.
constexpr char lower(char c) noexcept
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

} // namespace

bool ApiRequest::IgnoreCase::operator()(std::string_view left, std::string_view right) const noexcept
{
    return std::ranges::lexicographical_compare(left, right, {}, lower, lower);
}

std::optional<std::string_view> ApiRequest::header(std::string_view name) const
{
    const auto found = headers.find(name);
    if (found == headers.end())
        return std::nullopt;
    return found->second;
}

bool ApiRequest::fromThisHost() const
{
    return remote.ip.scope() == node::IpScope::loopback && !header("Forwarded") && !header("X-Forwarded-For");
}

const std::string& ApiRequest::parameter(std::string_view name) const
{
    const auto found = parameters.find(name);
    if (found == parameters.end())
        throw std::logic_error("the route's pattern has no parameter {" + std::string(name) + "}");
    return found->second;
}

} // namespace waymark::http
