#include "node/Text.h"

#include <waymark/node/Endpoint.h>

namespace waymark::node
{

namespace
{

tl::unexpected<Error> noEndpoint(std::string_view text)
{
    return failure(ErrorCode::invalidArgument,
                   quoted(text) + " is no endpoint, such as 10.0.0.1:30303 or [2001:db8::1]:30303");
}

} // namespace

Result<Endpoint> Endpoint::parse(std::string_view text)
{
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos)
        return noEndpoint(text);
    std::string_view host = text.substr(0, colon);
    const bool bracketed = host.size() >= 2 && host.front() == '[' && host.back() == ']';
    if (bracketed)
        host = host.substr(1, host.size() - 2);
    // Brackets belong to IPv6 and only to it: without them its last group would pass for a port.
    const bool hasColons = host.find(':') != std::string_view::npos;
    if (bracketed != hasColons)
        return noEndpoint(text);
    const auto ip = IpAddress::parse(host);
    if (!ip)
        return failure(ip.error().in("endpoint"));
    const auto port = parsePort(text.substr(colon + 1));
    if (!port)
        return failure(port.error().in("endpoint"));
    return Endpoint{*ip, *port};
}

std::string Endpoint::toString() const
{
    const std::string host = ip.isV6() ? '[' + ip.toString() + ']' : ip.toString();
    return host + ':' + std::to_string(port);
}

std::size_t EndpointHash::operator()(const Endpoint& endpoint) const noexcept
{
    // Fibonacci hashing spreads neighbouring ports over all bits.
    constexpr std::size_t golden = 0x9e3779b97f4a7c15;
    return IpAddressHash()(endpoint.ip) ^ ((endpoint.port + std::size_t{1}) * golden);
}

} // namespace waymark::node
