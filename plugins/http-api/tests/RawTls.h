#pragma once

#include "tls/OpenSsl.h"

#include <waymark/node/Endpoint.h>

#include <Poco/Net/StreamSocket.h>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::httpapi
{

using SslContextPtr = std::unique_ptr<SSL_CTX, OpenSslFree<&SSL_CTX_free>>;

/// A client that trusts everybody and may do with TLS what no library for applications lets it do.
class RawTls
{
public:
    using Adjust = std::function<void(SSL&)>;

    /// Connects without a handshake.
    explicit RawTls(const node::Endpoint& server, const Adjust& adjust = {});
    RawTls(const RawTls&) = delete;
    RawTls& operator=(const RawTls&) = delete;

    /// Its side of the handshake. With TLS 1.3 a server that refuses the client's certificate says so later.
    bool handshake();
    /// In one record each.
    bool send(std::string_view bytes);
    /// All bytes until the server says that there are no more; `clean` tells whether it did.
    std::string readAll(bool& clean);
    SSL& ssl() noexcept { return *_ssl; }

    /// The first message of a client.
    static std::string hello();

private:
    SslContextPtr _context;
    Poco::Net::StreamSocket _socket;
    SslPtr _ssl; ///< ends first
};

} // namespace waymark::httpapi
