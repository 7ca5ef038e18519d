#include "server/ListenSocket.h"

#include "server/RequestSocket.h"

#include <waymark/plugin/Plugin.h>

#include <Poco/Net/NetException.h>
#include <Poco/Net/ServerSocketImpl.h>

#include <cerrno>
#include <poll.h>
#include <sys/socket.h>
#include <system_error>

namespace waymark::httpapi
{

namespace
{

constexpr int backlog = 256;
constexpr int exhaustedPause = 50; // milliseconds

class AcceptingSocket final : public Poco::Net::ServerSocketImpl
{
public:
    explicit AcceptingSocket(std::shared_ptr<ServerState> state) : _state(std::move(state)) {}

    Poco::Net::SocketImpl* acceptConnection(Poco::Net::SocketAddress& client) override
    {
        sockaddr_storage storage{};
        socklen_t length = sizeof(storage);
        void* const place = &storage;
        auto* const address = static_cast<sockaddr*>(place);
        const int descriptor = ::accept4(sockfd(), address, &length, SOCK_CLOEXEC);
        if (descriptor < 0)
            refuseConnection(errno);
        client = Poco::Net::SocketAddress(address, length);
        return new RequestSocket(descriptor, _state);
    }

protected:
    ~AcceptingSocket() override = default;

private:
    [[noreturn]] void refuseConnection(int error)
    {
        const bool exhausted = error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
        if (exhausted) {
            _state->metrics.dropped("no-descriptors");
            _state->log.limited(observe::LogLevel::warning, "http.exhausted",
                                {{"error", std::generic_category().message(error)}},
                                "A connection could not be accepted: raise the limit of open files.");
            // The connection stays in the system's queue: without a pause this would be tried in a busy loop.
            ::poll(nullptr, 0, exhaustedPause);
        }
        throw Poco::Net::NetException(std::generic_category().message(error), error);
    }

    std::shared_ptr<ServerState> _state;
};

Poco::Net::SocketAddress toPoco(const node::Endpoint& where)
{
    return {
        Poco::Net::IPAddress(where.ip.bytes().data(), static_cast<poco_socklen_t>(where.ip.bytes().size())),
        where.port};
}

} // namespace

ListenSocket::ListenSocket(const node::Endpoint& where, std::shared_ptr<ServerState> state)
    : ServerSocket(new AcceptingSocket(std::move(state)), true)
{
    // SO_REUSEADDR only: it lets a restarted server bind while old connections time out. SO_REUSEPORT, which
    // Poco adds by itself when it is not asked, would let a second daemon take half of the connections.
    constexpr bool reuseAddress = true;
    constexpr bool reusePort = false;
    constexpr bool v6Only = false;
    try {
        if (where.ip.isV6())
            bind6(toPoco(where), reuseAddress, reusePort, v6Only);
        else
            bind(toPoco(where), reuseAddress, reusePort);
        listen(backlog);
    } catch (const Poco::Exception& problem) {
        const std::string place = "http-api.listen = " + where.toString();
        if (problem.code() == EADDRINUSE)
            throw plugin::StartError(
                plugin::ExitCode::addressInUse,
                place + ": the port is in use, perhaps by another waymarkd; stop that one (ss -tlpn "
                        "shows who it is) or choose another port (0 picks a free one)");
        throw plugin::StartError(plugin::ExitCode::addressInUse,
                                 place + ": cannot be bound (" +
                                     std::generic_category().message(problem.code()) +
                                     "); take an address of this machine (ip address shows them, 0.0.0.0 and "
                                     "[::] are all of them) and a port that it may have");
    }
}

node::Endpoint ListenSocket::bound() const
{
    return toEndpoint(address());
}

node::Endpoint toEndpoint(const Poco::Net::SocketAddress& address)
{
    const auto host = address.host();
    const void* const raw = host.addr();
    const ByteView bytes{static_cast<const Byte*>(raw), static_cast<std::size_t>(host.length())};
    return {node::IpAddress::fromBytes(bytes).value_or(node::IpAddress()), address.port()};
}

} // namespace waymark::httpapi
