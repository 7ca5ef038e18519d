#include "server/Server.h"

#include "server/Front.h"
#include "server/ListenSocket.h"
#include "server/RequestHandler.h"
#include "server/RequestSocket.h"
#include "server/UnixListener.h"

#include <Poco/Net/HTTPServerConnection.h>
#include <Poco/Net/HTTPServerParams.h>

#include <exception>
#include <system_error>
#include <utility>
#include <vector>

namespace waymark::httpapi
{

namespace
{

Poco::Net::HTTPServerParams::Ptr params()
{
    Poco::Net::HTTPServerParams::Ptr made(new Poco::Net::HTTPServerParams);
    made->setKeepAlive(true);
    made->setMaxKeepAliveRequests(0); // any number: connections are counted where they outlive a worker
    return made;                      // its time-outs are not used: the front has its own
}

/// Only of routes without parameters; 0 for others and for none.
std::size_t largestBody(const http::RouteTable& routes, const RequestHead& head)
{
    for (const auto& route : routes.routes())
        if (route->largestBody != 0 && route->method == head.method && route->pattern == head.path())
            return route->largestBody;
    return 0;
}

} // namespace

struct Server::Running
{
    Running(const Settings& settings, const http::RouteTable& routes,
            const std::shared_ptr<ServerState>& state)
        : socket(settings.listen),
          local(settings.socket ? std::make_unique<UnixListener>(*settings.socket) : nullptr),
          log(state->log),
          mailbox(std::make_shared<Mailbox>()),
          handlers(new RequestHandlerFactory(routes, state, mailbox)),
          front({settings.threads, settings.handshakes, settings.name}, acceptors(settings), routes, state,
                mailbox, [this](Connection& connection) { serve(connection); })
    {
    }

    std::vector<Acceptor> acceptors(const Settings& settings)
    {
        std::vector<Acceptor> made{Acceptor(socket.impl()->sockfd(), settings.channels)};
        if (local)
            made.emplace_back(local->descriptor(), [](int descriptor, const node::Endpoint&) {
                return UnixListener::open(descriptor);
            });
        return made;
    }

    /// On a worker. A request that memory or Poco failed for has no answer, and its connection ends.
    void serve(Connection& connection) noexcept
    {
        try {
            const Poco::Net::StreamSocket seen(new RequestSocket(connection, front));
            Poco::Net::HTTPServerConnection(seen, parameters, handlers).run();
        } catch (const std::exception& problem) {
            connection.abandoned = true;
            log.limited(observe::LogLevel::error, "http.failed", {{"error", problem.what()}},
                        "A request could not be answered; its connection was closed.");
        }
    }

    ListenSocket socket;
    std::unique_ptr<UnixListener> local; ///< or none
    observe::Log log;
    std::shared_ptr<Mailbox> mailbox;
    Poco::Net::HTTPServerParams::Ptr parameters = params();
    Poco::Net::HTTPRequestHandlerFactory::Ptr handlers;
    Front front; ///< ends first, and its threads with it
};

Server::Server(Settings settings, const http::RouteTable& routes, std::shared_ptr<ServerState> state)
    : _settings(std::move(settings)), _routes(routes), _state(std::move(state))
{
    _state->limits.routeBody = [&routes](const RequestHead& head) {
        return largestBody(routes, head);
    };
}

Server::~Server()
{
    stop(std::chrono::steady_clock::now());
}

void Server::start()
{
    _state->stopping = false;
    _state->aborting = false;
    try {
        auto running = std::make_unique<Running>(_settings, _routes, _state);
        _bound = running->socket.bound();
        running->front.start();
        const std::lock_guard lock(_mutex);
        _running = std::move(running);
    } catch (const std::system_error& problem) {
        throw plugin::StartError(plugin::ExitCode::internal,
                                 std::string("http-api: its threads cannot be started: ") + problem.what());
    }
}

void Server::stop(plugin::Deadline deadline) noexcept
{
    std::unique_ptr<Running> running;
    {
        const std::lock_guard lock(_mutex);
        running = std::move(_running);
    }
    if (!running)
        return;
    _state->stopping = true;
    running->front.stopping();
    if (!_state->connections.waitForNone(deadline)) {
        _state->aborting = true;
        running->front.stopping();
    }
}

bool Server::serving() const
{
    const std::lock_guard lock(_mutex);
    return _running != nullptr;
}

std::size_t Server::queued() const
{
    const std::lock_guard lock(_mutex);
    return _running ? _running->front.queued() : 0;
}

} // namespace waymark::httpapi
