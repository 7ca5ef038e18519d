#pragma once

#include "server/Channel.h"
#include "server/ServerState.h"

#include <waymark/http/RouteTable.h>
#include <waymark/node/Endpoint.h>
#include <waymark/plugin/Plugin.h>

#include <cstddef>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace waymark::httpapi
{

/// Serves a RouteTable over HTTP/1.1: a Front that waits for all clients, and Poco's HTTP server connection
/// on the threads that answer.
class Server
{
public:
    struct Settings
    {
        node::Endpoint listen;
        std::optional<std::filesystem::path> socket{}; ///< the same over a Unix socket
        std::size_t threads = 0;
        std::string name;        ///< of the threads
        ChannelFactory channels; ///< of accepted connections
        bool handshakes = false; ///< they begin with one
    };

    Server(Settings settings, const http::RouteTable& routes, std::shared_ptr<ServerState> state);
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;
    ~Server();

    /// Binds and serves. Throws plugin::StartError.
    void start();

    /// Takes no new requests, lets those that run end until the deadline, then cuts them off. Idempotent.
    void stop(plugin::Deadline deadline) noexcept;

    bool serving() const;
    /// Where it was bound last, with the real port. For requests, and for others after start() has returned.
    node::Endpoint bound() const { return _bound; }
    /// Requests that wait for a thread.
    std::size_t queued() const;

private:
    struct Running;

    Settings _settings;
    const http::RouteTable& _routes;
    std::shared_ptr<ServerState> _state;
    node::Endpoint _bound;
    mutable std::mutex _mutex; ///< of the pointer: metrics and health look while the server starts and stops
    std::unique_ptr<Running> _running;
};

} // namespace waymark::httpapi
