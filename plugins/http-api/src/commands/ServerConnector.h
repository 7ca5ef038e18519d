#pragma once

#include <waymark/base/Result.h>
#include <waymark/net/Resolver.h>
#include <waymark/toolkit/Interruption.h>

#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/StreamSocket.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace waymark::httpapi
{

/// Connects with a server: looks its name up and tries its addresses, one after the other, until its time is
/// over or somebody interrupts it. Whatever hangs, a name server as well, holds it up no longer than that.
class ServerConnector
{
public:
    /// How long all of it may take, and what ends it before; may be null.
    struct Patience
    {
        std::chrono::milliseconds time;
        const toolkit::Interruption* interruption;
    };

    explicit ServerConnector(net::Resolver& resolver) : _resolver(&resolver) {}

    /// Asks another resolver from now on; it outlives this.
    void resolveBy(net::Resolver& resolver) noexcept { _resolver = &resolver; }
    /// Tries the address first from now on that it was connected with last, and looks no name up for that.
    void stay() noexcept { _stays = true; }
    /// Whether it was connected with anybody yet.
    bool wasConnected() const noexcept { return _last.has_value(); }

    /// Errors: notFound when no host has this name, io when nobody says, else unavailable; without the place,
    /// and not for terminals. Throws what Poco does and std::system_error when a socket cannot be had.
    Result<Poco::Net::StreamSocket> connect(const std::string& host, std::uint16_t port,
                                            const Patience& patience);
    /// The same to a Unix socket.
    Result<Poco::Net::StreamSocket> connect(const std::string& socket, const Patience& patience);

private:
    using Addresses = std::vector<Poco::Net::SocketAddress>;
    struct Wait;

    Result<Addresses> find(const std::string& host, std::uint16_t port, const Wait& wait) const;
    Result<Poco::Net::StreamSocket> tryEach(const Addresses& addresses, const Wait& wait);
    static Result<Poco::Net::StreamSocket> tryOne(const Poco::Net::SocketAddress& address, const Wait& wait);

    net::Resolver* _resolver;
    bool _stays = false;
    std::optional<Poco::Net::SocketAddress> _last;
};

} // namespace waymark::httpapi
