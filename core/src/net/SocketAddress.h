#pragma once

#include <waymark/node/Endpoint.h>

#include <optional>
#include <sys/socket.h>

namespace waymark::net
{

/// An endpoint in the system's form.
struct SocketAddress
{
    sockaddr_storage storage{};
    socklen_t length = 0;

    const sockaddr* generic() const noexcept
    {
        return static_cast<const sockaddr*>(static_cast<const void*>(&storage));
    }
    sockaddr* generic() noexcept { return static_cast<sockaddr*>(static_cast<void*>(&storage)); }
};

SocketAddress toSocketAddress(const node::Endpoint& endpoint) noexcept;

/// Nothing for families other than IPv4 and IPv6. IPv4-mapped IPv6 becomes IPv4.
std::optional<node::Endpoint> toEndpoint(const sockaddr_storage& storage) noexcept;

/// An address in the system's form, in_addr or in6_addr.
template <class Address>
node::IpAddress toIpAddress(const Address& address) noexcept
{
    const auto made = node::IpAddress::fromBytes(
        {static_cast<const Byte*>(static_cast<const void*>(&address)), sizeof address});
    return made.value_or(node::IpAddress());
}

} // namespace waymark::net
