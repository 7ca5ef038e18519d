#include "commands/load/Identity.h"

#include <Poco/Exception.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/SocketImpl.h>

#include <cerrno>
#include <sys/socket.h>
#include <utility>

namespace waymark::discv4::load
{

namespace
{

Poco::Net::SocketAddress addressOf(const node::Endpoint& endpoint)
{
    return {endpoint.ip.toString(), endpoint.port};
}

} // namespace

Identity::Identity(node::SecretKey key, const node::Endpoint& target, const node::IpAddress& from)
    : _key(std::move(key)),
      _encoder([this](const node::Hash256& digest) { return _key.sign(digest); }),
      _socket(addressOf({from, 0}), false)
{
    _socket.connect(addressOf(target));
    _endpoint = node::Endpoint::parse(_socket.address().toString()).value_or(node::Endpoint{});
}

Result<std::unique_ptr<Identity>> Identity::open(node::SecretKey key, const node::Endpoint& target,
                                                 const node::IpAddress& from)
{
    try {
        return std::unique_ptr<Identity>(new Identity(std::move(key), target, from));
    } catch (const Poco::Exception& error) {
        return failure(ErrorCode::io, "no socket at " + from.toString() + " that reaches " +
                                          target.toString() + ": " + error.displayText());
    }
}

bool Identity::send(ByteView packet) noexcept
{
    for (int i = 0; i < 2; ++i) {
        if (::send(_socket.impl()->sockfd(), packet.data(), packet.size(), MSG_DONTWAIT | MSG_NOSIGNAL) >= 0)
            return true;
        // That an earlier packet was refused is told at the next one, which is not sent.
        if (errno != ECONNREFUSED)
            return false;
    }
    return false;
}

std::optional<std::size_t> Identity::receive(std::span<Byte> buffer) noexcept
{
    const auto size = ::recv(_socket.impl()->sockfd(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (size >= 0)
        return static_cast<std::size_t>(size);
    if (errno == EAGAIN || errno == EWOULDBLOCK)
        return std::nullopt;
    return 0;
}

} // namespace waymark::discv4::load
