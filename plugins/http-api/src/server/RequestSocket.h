#pragma once

#include "server/Connection.h"

#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/StreamSocketImpl.h>

#include <cstddef>
#include <string>

namespace waymark::httpapi
{

class Front;

/// A connection as Poco's HTTP server sees it while a worker has it: one request after another, each a head
/// that says nothing but how the connection goes on. Neither heads nor bodies pass through Poco, whose
/// buffers are not wiped; the request handler finds them in the connection.
class RequestSocket final : public Poco::Net::StreamSocketImpl
{
public:
    /// Both outlive it; the descriptor stays the connection's.
    RequestSocket(Connection& connection, Front& front);

    Connection& connection() noexcept { return _connection; }

    /// Whether there is another request; the first one is there.
    bool poll(const Poco::Timespan& timeout, int mode) override;
    using StreamSocketImpl::receiveBytes;
    int receiveBytes(void* buffer, int length, int flags) override;
    using StreamSocketImpl::sendBytes;
    int sendBytes(const void* buffer, int length, int flags) override;
    void close() override {}
    /// Poco asks for both with each request, and nobody reads them.
    Poco::Net::SocketAddress address() override { return {}; }
    Poco::Net::SocketAddress peerAddress() override { return {}; }

protected:
    ~RequestSocket() override { reset(); } // else Poco would close the descriptor

private:
    Connection& _connection;
    Front& _front;
    std::string _replay; ///< what Poco sees of the request
    std::size_t _replayed = 0;
    bool _first = true;
};

} // namespace waymark::httpapi
