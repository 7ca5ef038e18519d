#include "host/identity/ExternalAddress.h"

#include "node/Text.h"

#include <net/if.h>

namespace waymark::host
{

namespace
{

constexpr std::string_view interfacePrefix = "interface:";
constexpr std::string_view namePrefix = "dns:";
constexpr std::string_view predictedWord = "predicted";

} // namespace

Result<ExternalAddress> ExternalAddress::parse(std::string_view text)
{
    if (text == predictedWord)
        return ExternalAddress{Kind::predicted};
    if (text.starts_with(interfacePrefix)) {
        const auto name = text.substr(interfacePrefix.size());
        if (name.empty() || name.size() >= IFNAMSIZ || name.find_first_of("/ \t") != std::string_view::npos)
            return failure(ErrorCode::invalidArgument,
                           text::quoted(name) +
                               " is no name of a network interface (ip link shows those there are)");
        return ExternalAddress{Kind::interface, {}, std::string(name)};
    }
    if (text.starts_with(namePrefix)) {
        const auto name = text.substr(namePrefix.size());
        if (!node::isHostName(name))
            return failure(ErrorCode::invalidArgument, text::quoted(name) + " is no host name");
        return ExternalAddress{Kind::name, {}, std::string(name)};
    }
    const auto address = node::IpAddress::parse(text);
    if (!address)
        return failure(ErrorCode::invalidArgument,
                       address.error().message + "; an IP address stands there, interface:NAME, dns:NAME or "
                                                 "predicted");
    if (address->scope() == node::IpScope::special)
        return failure(ErrorCode::invalidArgument,
                       "no node can be reached there (unspecified, multicast, documentation or reserved)");
    return ExternalAddress{Kind::address, *address, {}};
}

std::string ExternalAddress::toString() const
{
    switch (kind) {
    case Kind::address:
        return ip.toString();
    case Kind::interface:
        return std::string(interfacePrefix) + name;
    case Kind::name:
        return std::string(namePrefix) + name;
    case Kind::predicted:
        break;
    }
    return std::string(predictedWord);
}

} // namespace waymark::host
