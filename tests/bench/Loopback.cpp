#include "Loopback.h"

#include <arpa/inet.h>
#include <cerrno>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace waymark::bench
{

namespace
{

sockaddr_in loopback(std::uint8_t host, std::uint16_t port)
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(0x7f000000U + host);
    return address;
}

} // namespace

int connectTo(std::uint16_t port, std::uint8_t host)
{
    const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in from = loopback(host, 0);
    const sockaddr_in to = loopback(1, port);
    const void* const fromPlace = &from;
    const void* const toPlace = &to;
    const int on = 1;
    if (descriptor < 0 || ::bind(descriptor, static_cast<const sockaddr*>(fromPlace), sizeof(from)) != 0 ||
        ::connect(descriptor, static_cast<const sockaddr*>(toPlace), sizeof(to)) != 0) {
        const int error = errno;
        ::close(descriptor);
        throw std::system_error(error, std::generic_category(), "a client cannot connect");
    }
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    return descriptor;
}

} // namespace waymark::bench
