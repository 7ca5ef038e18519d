#pragma once

#include "client/ClientPort.h"
#include "wire/Frame.h"

#include <waymark/base/Result.h>

#include <Poco/Net/DatagramSocket.h>

#include <array>

namespace waymark::discv4::client
{

/// One UDP socket of the system for each family, opened when it is first needed. ICMP errors are told for the
/// endpoint that they are about, which an unconnected socket does not do by itself (IP_RECVERR).
class SystemClientPort final : public ClientPort
{
public:
    /// Where each socket is bound; unspecified addresses and port 0 leave it to the system.
    struct Options
    {
        node::Endpoint v4{};
        node::Endpoint v6{node::IpAddress::anyV6(), 0};
        int receiveBuffer = 0; ///< SO_RCVBUF in bytes; 0: the system's default
    };

    SystemClientPort() = default;
    explicit SystemClientPort(const Options& options) : _options(options) {}

    /// Opens the socket of a family now, to see whether that is possible. `io` and what to do when it is not.
    Result<void> open(node::IpFamily family);

    tl::expected<void, Rejection> send(const node::Endpoint& to, ByteView payload) override;
    std::optional<Arrival> receive(Duration patience, int wake) override;
    std::uint16_t localPort(node::IpFamily family) override;

private:
    using Socket = std::optional<Poco::Net::DatagramSocket>;

    Socket& socketOf(node::IpFamily family) { return family == node::IpFamily::v4 ? _v4 : _v6; }
    std::optional<Arrival> take(int descriptor);
    std::optional<Arrival> takeRejection(int descriptor);

    Options _options;
    Socket _v4;
    Socket _v6;
    bool _v6First = false; ///< takes turns, so that a busy family leaves the other one a chance
    std::array<Byte, wire::maximumPacket + 1> _buffer{};
};

} // namespace waymark::discv4::client
