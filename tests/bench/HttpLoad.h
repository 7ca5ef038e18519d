#pragma once

#include "Bench.h"

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace waymark::bench
{

/// Clients of an HTTP server on loopback, each with one connection that is kept and one request on its way
/// at a time. All of them are served by the calling thread, which never sleeps: one that does makes every
/// server look slower.
class HttpLoad
{
public:
    /// Connects. `requests` are sent in turn; their answers have a Content-Length. Throws std::system_error.
    HttpLoad(std::uint16_t port, std::size_t connections, std::vector<std::string> requests);
    HttpLoad(const HttpLoad&) = delete;
    HttpLoad& operator=(const HttpLoad&) = delete;
    ~HttpLoad();

    /// Answers in a second. Throws std::runtime_error for one that is no 2xx, and for a broken connection.
    double run(std::chrono::milliseconds duration);

private:
    struct Client
    {
        int descriptor = -1;
        std::string received;
    };

    void sendNext(Client& client);
    bool takeAnswer(Client& client);

    std::vector<std::string> _requests;
    std::size_t _next = 0;
    std::vector<Client> _clients;
    int _epoll;
};

} // namespace waymark::bench
