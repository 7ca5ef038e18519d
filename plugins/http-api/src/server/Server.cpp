#include "server/Server.h"

#include "server/ListenSocket.h"
#include "server/RequestHandler.h"

#include <Poco/Net/HTTPServer.h>
#include <Poco/ThreadPool.h>

#include <exception>
#include <utility>

namespace waymark::httpapi
{

namespace
{

/// Short, since Poco may miss to wake a thread that just goes idle when the server stops.
constexpr int threadIdleSeconds = 1;

Poco::Net::HTTPServerParams::Ptr paramsOf(const Server::Settings& settings)
{
    Poco::Net::HTTPServerParams::Ptr params(new Poco::Net::HTTPServerParams);
    params->setMaxThreads(settings.threads);
    params->setMaxQueued(settings.queue);
    params->setThreadIdleTime(Poco::Timespan(threadIdleSeconds, 0));
    params->setKeepAlive(true);
    params->setMaxKeepAliveRequests(settings.keepAliveRequests);
    return params; // its time-outs are not used: RequestSocket has its own
}

} // namespace

struct Server::Running
{
    Running(const Settings& settings, const http::RouteTable& routes,
            const std::shared_ptr<ServerState>& state)
        : socket(settings.listen, state),
          threads(settings.name, 1, settings.threads, threadIdleSeconds),
          server(new RequestHandlerFactory(routes, state, settings.name), threads, socket, paramsOf(settings))
    {
    }

    ListenSocket socket;
    Poco::ThreadPool threads;
    Poco::Net::HTTPServer server;
};

Server::Server(Settings settings, const http::RouteTable& routes, std::shared_ptr<ServerState> state)
    : _settings(std::move(settings)), _routes(routes), _state(std::move(state))
{
}

Server::~Server()
{
    stop(std::chrono::steady_clock::now());
}

void Server::start()
{
    _state->stopping = false;
    _state->aborting = false;
    auto running = std::make_unique<Running>(_settings, _routes, _state);
    _bound = running->socket.bound();
    _state->othersWait = [&server = running->server] {
        return server.queuedConnections() > 0;
    };
    try {
        running->server.start();
    } catch (const Poco::Exception& problem) {
        throw plugin::StartError(plugin::ExitCode::internal,
                                 "http-api: its threads cannot be started: " + problem.displayText());
    }
    const std::lock_guard lock(_mutex);
    _running = std::move(running);
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
    try {
        // Wakes the accepting thread, which otherwise looks only four times a second whether it shall go on.
        running->socket.impl()->shutdown();
        running->server.stop();
        running->socket.close();
        if (!_state->connections.waitForNone(deadline)) {
            _state->aborting = true;
            running->server.stopAll(true);
        }
        running->threads.joinAll();
    } catch (const std::exception& problem) {
        _state->log.error("http.stop_failed", {{"error", problem.what()}});
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
    return _running ? static_cast<std::size_t>(_running->server.queuedConnections()) : 0;
}

std::size_t Server::turnedAway() const
{
    const std::lock_guard lock(_mutex);
    return _running ? static_cast<std::size_t>(_running->server.refusedConnections()) : 0;
}

} // namespace waymark::httpapi
