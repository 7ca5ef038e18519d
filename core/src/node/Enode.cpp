#include "node/Text.h"

#include <waymark/node/Enode.h>

#include <optional>

namespace waymark::node
{

namespace
{

constexpr std::string_view scheme = "enode://";
constexpr std::string_view discoveryPort = "discport=";
constexpr std::size_t idDigits = 2 * PublicKey::size;

/// The parts of a URL; views into it, which know where they stand in it.
struct Parts
{
    std::string_view id;
    std::string_view host;
    std::string_view port;
    std::optional<std::string_view> query;
};

template <class T>
using Examined = tl::expected<T, EnodeFlaw>;

tl::unexpected<EnodeFlaw> wrong(std::string_view part, std::size_t position, std::string_view reason)
{
    return tl::unexpected(EnodeFlaw{std::string(part), position, std::string(reason)});
}

Error toError(const EnodeFlaw& flaw)
{
    return {ErrorCode::invalidArgument, flaw.toString()};
}

std::size_t positionOf(std::string_view part, std::string_view url) noexcept
{
    return static_cast<std::size_t>(part.data() - url.data());
}

Examined<Parts> split(std::string_view url)
{
    if (!url.starts_with(scheme))
        return wrong("scheme", 0, "it starts with enode://");
    Parts parts;
    const auto at = url.find('@', scheme.size());
    if (at == std::string_view::npos)
        return wrong("id", scheme.size(), "no '@' ends it");
    parts.id = url.substr(scheme.size(), at - scheme.size());

    std::string_view address = url.substr(at + 1);
    if (const auto mark = address.find('?'); mark != std::string_view::npos) {
        parts.query = address.substr(mark + 1);
        address = address.substr(0, mark);
    }
    const auto colon = address.rfind(':');
    const auto bracket = address.rfind(']');
    const bool hasPort =
        colon != std::string_view::npos && (bracket == std::string_view::npos || bracket < colon);
    if (!hasPort)
        return wrong("port", at + 1 + address.size(), "it is missing");
    parts.host = address.substr(0, colon);
    parts.port = address.substr(colon + 1);
    return parts;
}

Examined<PublicKey> parseId(std::string_view id, std::string_view url)
{
    const std::size_t position = positionOf(id, url);
    if (id.size() != idDigits)
        return wrong("id", position, "it has 128 hex digits, not " + std::to_string(id.size()));
    const auto digits = id.find_first_not_of("0123456789abcdefABCDEF");
    if (digits != std::string_view::npos)
        return wrong("id", position + digits, "no hex digit");
    const auto key = PublicKey::fromHex(id);
    if (!key)
        return wrong("id", position, key.error().message);
    return *key;
}

Examined<IpAddress> parseHost(std::string_view host, std::string_view url)
{
    const std::size_t position = positionOf(host, url);
    const bool bracketed = host.size() >= 2 && host.front() == '[' && host.back() == ']';
    const std::string_view inner = bracketed ? host.substr(1, host.size() - 2) : host;
    const bool hasColons = inner.find(':') != std::string_view::npos;
    if (bracketed != hasColons)
        return wrong("host", position, "brackets stand around an IPv6 address and around nothing else");
    const auto ip = IpAddress::parse(inner);
    if (!ip)
        return wrong("host", position, ip.error().message + "; names are not resolved here");
    return *ip;
}

Examined<std::uint16_t> parsePortAt(std::string_view part, std::string_view text, std::string_view url)
{
    const auto port = parsePort(text);
    if (!port)
        return wrong(part, positionOf(text, url), port.error().message);
    return *port;
}

Examined<std::uint16_t> parseQuery(std::string_view query, std::string_view url)
{
    if (!query.starts_with(discoveryPort))
        return wrong("query", positionOf(query, url), "only discport=<udp port> may stand there");
    return parsePortAt("discport", query.substr(discoveryPort.size()), url);
}

struct Ports
{
    std::uint16_t udp = 0;
    std::uint16_t tcp = 0;
};

Examined<Ports> parsePorts(const Parts& parts, std::string_view url)
{
    const auto tcp = parsePortAt("port", parts.port, url);
    if (!tcp)
        return tl::unexpected(tcp.error());
    const auto udp = parts.query ? parseQuery(*parts.query, url) : tcp;
    if (!udp)
        return tl::unexpected(udp.error());
    if (*udp == 0 && parts.query)
        return wrong("discport", positionOf(*parts.query, url) + discoveryPort.size(),
                     "a node without a discovery port cannot be reached");
    if (*udp == 0)
        return wrong("port", positionOf(parts.port, url),
                     "0 stands for no RLPx port and needs ?discport=<udp port> after it");
    return Ports{*udp, *tcp};
}

} // namespace

std::string EnodeFlaw::toString() const
{
    return "enode URL, " + part + " at character " + std::to_string(position + 1) + ": " + reason;
}

Result<Enode> Enode::parse(std::string_view url)
{
    return examine(url).map_error(toError);
}

Result<NamedEnode> NamedEnode::parse(std::string_view url)
{
    return examine(url).map_error(toError);
}

tl::expected<Enode, EnodeFlaw> Enode::examine(std::string_view url)
{
    const auto parts = split(url);
    if (!parts)
        return tl::unexpected(parts.error());
    const auto key = parseId(parts->id, url);
    if (!key)
        return tl::unexpected(key.error());
    const auto ip = parseHost(parts->host, url);
    if (!ip)
        return tl::unexpected(ip.error());
    const auto ports = parsePorts(*parts, url);
    if (!ports)
        return tl::unexpected(ports.error());
    return Enode{*key, {*ip, ports->udp, ports->tcp}};
}

tl::expected<NamedEnode, EnodeFlaw> NamedEnode::examine(std::string_view url)
{
    const auto parts = split(url);
    if (!parts)
        return tl::unexpected(parts.error());
    const auto key = parseId(parts->id, url);
    if (!key)
        return tl::unexpected(key.error());
    if (!isHostName(parts->host))
        return wrong("host", positionOf(parts->host, url), "no host name");
    const auto ports = parsePorts(*parts, url);
    if (!ports)
        return tl::unexpected(ports.error());
    return NamedEnode{*key, std::string(parts->host), ports->udp, ports->tcp};
}

Enode Enode::advertised(const PublicKey& key, const NodeEndpoint& endpoint)
{
    Enode enode{key, endpoint};
    if (enode.endpoint.tcp == 0)
        enode.endpoint.tcp = enode.endpoint.udp;
    return enode;
}

std::string Enode::toString() const
{
    std::string url(scheme);
    url += key.hex() + '@' + Endpoint{endpoint.ip, endpoint.tcp}.toString();
    if (endpoint.udp != endpoint.tcp)
        url += '?' + std::string(discoveryPort) + std::to_string(endpoint.udp);
    return url;
}

} // namespace waymark::node
