#include "net/SocketAddress.h"

#include <arpa/inet.h>
#include <cstring>
#include <netinet/in.h>

namespace waymark::net
{

SocketAddress toSocketAddress(const node::Endpoint& endpoint) noexcept
{
    SocketAddress made;
    const ByteView bytes = endpoint.ip.bytes();
    if (endpoint.ip.isV4()) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(endpoint.port);
        std::memcpy(&address.sin_addr, bytes.data(), bytes.size());
        std::memcpy(&made.storage, &address, sizeof address);
        made.length = sizeof address;
    } else {
        sockaddr_in6 address{};
        address.sin6_family = AF_INET6;
        address.sin6_port = htons(endpoint.port);
        std::memcpy(&address.sin6_addr, bytes.data(), bytes.size());
        std::memcpy(&made.storage, &address, sizeof address);
        made.length = sizeof address;
    }
    return made;
}

std::optional<node::Endpoint> toEndpoint(const sockaddr_storage& storage) noexcept
{
    if (storage.ss_family == AF_INET) {
        sockaddr_in address;
        std::memcpy(&address, &storage, sizeof address);
        return node::Endpoint{toIpAddress(address.sin_addr), ntohs(address.sin_port)};
    }
    if (storage.ss_family == AF_INET6) {
        sockaddr_in6 address;
        std::memcpy(&address, &storage, sizeof address);
        return node::Endpoint{toIpAddress(address.sin6_addr), ntohs(address.sin6_port)};
    }
    return std::nullopt;
}

} // namespace waymark::net
