#pragma once

#include "net/UdpSocket.h"

#include <waymark/net/UdpTransport.h>

#include <array>
#include <memory>
#include <optional>

namespace waymark::net
{

/// A connected socket of the system.
class SystemUdpClient final : public UdpClient
{
public:
    /// `io`: the system gives no socket; `invalidArgument`: it knows no way to the endpoint.
    static Result<std::unique_ptr<SystemUdpClient>> open(const node::Endpoint& remote);

    ~SystemUdpClient() override;
    SystemUdpClient(const SystemUdpClient&) = delete;
    SystemUdpClient& operator=(const SystemUdpClient&) = delete;

    Result<void> send(ByteView payload) override;
    std::optional<ByteView> receive(Duration patience) override;

private:
    SystemUdpClient(int descriptor, const node::Endpoint& remote) noexcept;

    int _descriptor;
    node::Endpoint _remote;
    std::array<Byte, ReceiveBatch::maximumDatagram> _buffer{};
};

} // namespace waymark::net
