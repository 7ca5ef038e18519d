#include "NotifySocket.h"

#include <array>
#include <cstddef>
#include <cstring>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace waymark::daemon
{

NotifySocket::NotifySocket(std::string name)
    : _name(std::move(name)), _descriptor(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0))
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (_name.size() >= sizeof address.sun_path)
        throw std::runtime_error("the name of the socket is too long: " + _name);
    std::memcpy(address.sun_path, _name.data(), _name.size());
    if (_name.starts_with('@'))
        address.sun_path[0] = '\0';
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + _name.size());
    const auto* const where = static_cast<const sockaddr*>(static_cast<const void*>(&address));
    if (_descriptor < 0 || ::bind(_descriptor, where, length) != 0)
        throw std::runtime_error("no socket at " + _name);
}

NotifySocket::~NotifySocket()
{
    ::close(_descriptor);
}

std::string NotifySocket::expect(const std::string& part) const
{
    constexpr int patience = 60'000;
    std::array<char, 4096> buffer{};
    std::string seen;
    for (;;) {
        pollfd readable{_descriptor, POLLIN, 0};
        if (::poll(&readable, 1, patience) <= 0)
            throw std::runtime_error("no message with '" + part + "' came, but:" + seen);
        const ssize_t got = ::recv(_descriptor, buffer.data(), buffer.size(), 0);
        if (got < 0)
            throw std::runtime_error("the socket failed");
        std::string message(buffer.data(), static_cast<std::size_t>(got));
        if (message.find(part) != std::string::npos)
            return message;
        seen += ' ' + message;
    }
}

} // namespace waymark::daemon
