#include "BootnodeOptions.h"

#include "base/Secret.h"
#include "base/Text.h"
#include "net/SocketAddress.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cstring>
#include <memory>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace waymark::app
{

namespace
{

bool isOneOf(std::string_view word, std::initializer_list<std::string_view> words)
{
    return std::ranges::find(words, word) != words.end();
}

std::string lowerCase(std::string_view text)
{
    std::string lower(text);
    std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
    return lower;
}

/// The text with the bits behind its prefix set to zero, for IpNetwork::parse(), which refuses them.
std::string masked(const std::string& text)
{
    const std::size_t slash = text.find('/');
    const auto address = node::IpAddress::parse(text.substr(0, slash));
    std::size_t length = 0;
    const char* const end = text.data() + text.size();
    if (slash == std::string::npos || !address ||
        std::from_chars(text.data() + slash + 1, end, length).ptr != end)
        return text;
    Bytes bytes(address->bytes().begin(), address->bytes().end());
    for (std::size_t bit = length; bit < bytes.size() * 8; ++bit)
        bytes[bit / 8] = static_cast<Byte>(bytes[bit / 8] & ~(0x80U >> (bit % 8)));
    const auto base = node::IpAddress::fromBytes(bytes);
    return base ? base->toString() + text.substr(slash) : text;
}

/// Whether a socket can be bound in IPv6 at all.
bool hasIpV6() noexcept
{
    const int descriptor = ::socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0)
        return false;
    sockaddr_in6 any{};
    any.sin6_family = AF_INET6;
    const bool bound =
        ::bind(descriptor, static_cast<const sockaddr*>(static_cast<const void*>(&any)), sizeof any) == 0;
    ::close(descriptor);
    return bound;
}

struct HostAndPort
{
    std::string host;
    std::string port;
};

/// net.SplitHostPort.
Result<HostAndPort> split(const std::string& text)
{
    const auto wrong = [&](const std::string& why) {
        return failure(ErrorCode::invalidArgument, "-addr " + text::quoted(text) + ": " + why);
    };
    const std::size_t colon = text.rfind(':');
    if (colon == std::string::npos)
        return wrong("the port is missing; write HOST:PORT, or :PORT for every address");
    std::string host = text.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']'))
        host = host.substr(1, host.size() - 2);
    else if (host.find_first_of(":[]") != std::string::npos)
        return wrong("write an IPv6 address in brackets: [" + host + "]:" + text.substr(colon + 1));
    std::string port = text.substr(colon + 1);
    // The system would take the rest of a division by 65536 for it.
    std::uint16_t number = 0;
    if (std::from_chars(port.data(), port.data() + port.size(), number).ec == std::errc::result_out_of_range)
        return wrong("port '" + port + "' is above 65535");
    return HostAndPort{std::move(host), std::move(port)};
}

Result<std::vector<node::Endpoint>> lookUp(const std::string& text, const HostAndPort& where)
{
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_DGRAM;
    hints.ai_flags = AI_PASSIVE;
    addrinfo* found = nullptr;
    const std::string port = where.port.empty() ? "0" : where.port;
    const int code =
        ::getaddrinfo(where.host.empty() ? nullptr : where.host.c_str(), port.c_str(), &hints, &found);
    if (code != 0)
        return failure(
            code == EAI_SERVICE ? ErrorCode::invalidArgument : ErrorCode::unavailable,
            "-addr " + text::quoted(text) + ": " +
                (code == EAI_SERVICE ? "port " + text::quoted(port) : "host " + text::quoted(where.host)) +
                ": " + ::gai_strerror(code));
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, &::freeaddrinfo);
    std::vector<node::Endpoint> endpoints;
    for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
        sockaddr_storage storage{};
        std::memcpy(&storage, one->ai_addr, one->ai_addrlen);
        if (const auto endpoint = net::toEndpoint(storage))
            endpoints.push_back(*endpoint);
    }
    std::ranges::stable_sort(endpoints, {}, [](const node::Endpoint& one) { return one.ip.isV6(); });
    if (endpoints.empty())
        return failure(ErrorCode::unavailable,
                       "-addr " + text::quoted(text) + ": the host has no IP address");
    return endpoints;
}

} // namespace

Result<NatOption> parseNat(std::string_view text)
{
    const std::size_t colon = text.find(':');
    const std::string kind = lowerCase(text.substr(0, colon));
    const std::string_view rest =
        colon == std::string_view::npos ? std::string_view() : text.substr(colon + 1);
    const std::string shown = "-nat " + text::withoutKeys(text);
    const bool isMapping = isOneOf(kind, {"upnp", "pmp", "natpmp", "nat-pmp", "stun"});
    if (isMapping)
        return failure(ErrorCode::unavailable,
                       shown + ": Waymark asks no router and no STUN server; forward the UDP port on the "
                               "router by hand and write -nat extip:IP with its outer address, or -nat any "
                               "to learn that address from other nodes");
    std::optional<node::IpAddress> ip;
    if (colon != std::string_view::npos) {
        const auto parsed = node::IpAddress::parse(rest);
        if (!parsed)
            return failure(ErrorCode::invalidArgument,
                           shown + ": invalid IP address: " + parsed.error().message);
        if (parsed->scope() == node::IpScope::special)
            return failure(ErrorCode::invalidArgument,
                           shown + ": no node can be reached there: the address is unspecified, multicast, "
                                   "reserved or for documentation");
        ip = *parsed;
    }
    if (isOneOf(kind, {"", "none", "off"}))
        return NatOption{};
    if (isOneOf(kind, {"any", "auto", "on"}))
        return NatOption{{"predicted"}, true};
    if (!isOneOf(kind, {"extip", "ip"}))
        return failure(ErrorCode::invalidArgument,
                       shown + ": unknown mechanism; it is any, none or extip:IP");
    if (!ip)
        return failure(ErrorCode::invalidArgument, shown + ": the IP address is missing: -nat extip:IP");
    return NatOption{{ip->toString()}, false};
}

Result<std::vector<node::IpNetwork>> parseNetworks(std::string_view text)
{
    std::string dense(text);
    std::erase_if(dense, [](char c) { return c == ' ' || c == '\n' || c == '\t'; });
    std::vector<node::IpNetwork> networks;
    for (const std::string& part : text::splitList(dense)) {
        if (part.empty())
            continue;
        const auto network = node::IpNetwork::parse(masked(part));
        if (!network)
            return failure(ErrorCode::invalidArgument, "-netrestrict: " + text::quoted(part) +
                                                           " is no network: " + network.error().message);
        networks.push_back(*network);
    }
    // Nobody would be talked to, or everybody: neither can be meant.
    if (networks.empty() && !text.empty())
        return failure(ErrorCode::invalidArgument, "-netrestrict " + text::quoted(text) +
                                                       " has no network, write 10.0.0.0/8,192.168.0.0/16");
    return networks;
}

Result<std::vector<node::Endpoint>> resolveListen(const std::string& text)
{
    const auto where = split(text);
    if (!where)
        return failure(where.error());
    auto endpoints = lookUp(text, *where);
    if (!endpoints)
        return endpoints;
    const std::uint16_t port = endpoints->front().port;
    // Go's [::] takes IPv4, too, and falls back to it where there is no IPv6.
    if (where->host.empty()) {
        *endpoints = {{node::IpAddress(), port}};
        if (hasIpV6())
            endpoints->push_back({node::IpAddress::anyV6(), port});
    }
    endpoints->resize(where->host.empty() ? endpoints->size() : 1);
    return endpoints;
}

std::string logLevelOf(std::uint64_t verbosity)
{
    constexpr std::array levels{"error", "error", "warning", "info", "debug"};
    return levels.at(std::min<std::size_t>(verbosity, levels.size() - 1));
}

} // namespace waymark::app
