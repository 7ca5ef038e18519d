#pragma once

#include "wire/Encode.h"
#include "wire/Message.h"

#include <waymark/base/Bytes.h>
#include <waymark/base/Result.h>
#include <waymark/node/Endpoint.h>
#include <waymark/node/Key.h>

#include <Poco/Net/DatagramSocket.h>
#include <Poco/Net/SocketImpl.h>

#include <memory>
#include <optional>
#include <span>

namespace waymark::discv4::load
{

/// One of the made-up nodes that ask: a key, and a socket that is connected to the node under load.
class Identity
{
public:
    /// `io` when the system gives no socket at that address.
    static Result<std::unique_ptr<Identity>> open(node::SecretKey key, const node::Endpoint& target,
                                                  const node::IpAddress& from);

    int descriptor() const { return _socket.impl()->sockfd(); }
    const node::Endpoint& endpoint() const noexcept { return _endpoint; }
    /// Any thread.
    const wire::Encoder& encoder() const noexcept { return _encoder; }

    /// False when the system did not take it.
    bool send(ByteView packet) noexcept;
    /// How many bytes came; nothing when there are none now. 0 also for an error that the network tells.
    std::optional<std::size_t> receive(std::span<Byte> buffer) noexcept;

private:
    Identity(node::SecretKey key, const node::Endpoint& target, const node::IpAddress& from);

    node::SecretKey _key;
    wire::Encoder _encoder;
    Poco::Net::DatagramSocket _socket;
    node::Endpoint _endpoint;
};

} // namespace waymark::discv4::load
