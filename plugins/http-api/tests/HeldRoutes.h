#pragma once

#include "TestServer.h"

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace waymark::httpapi
{

/// Routes whose answers a test gives when it wants to: GET /later, GET /stream, GET /block, which holds its
/// thread, and GET /large with more bytes than sockets take at once. Made before the server starts.
class HeldRoutes
{
public:
    using Sink = std::shared_ptr<http::StreamSink>;

    explicit HeldRoutes(TestServer& server)
    {
        add(server, "/later", [this](const http::ApiRequest&) {
            return http::ApiResponse::later([this](http::Responder responder) {
                const std::lock_guard lock(_mutex);
                _responders.push_back(std::move(responder));
                _changed.notify_all();
            });
        });
        add(server, "/stream", [this](const http::ApiRequest&) {
            return http::ApiResponse::stream(200, "text/event-stream", [this](Sink sink) {
                const std::lock_guard lock(_mutex);
                _sinks.push_back(std::move(sink));
                _changed.notify_all();
            });
        });
        add(server, "/block", [this](const http::ApiRequest&) {
            std::unique_lock lock(_mutex);
            ++_blocked;
            _changed.notify_all();
            _changed.wait(lock, [this] { return _open; });
            return http::ApiResponse::json(200, "{}");
        });
        add(server, "/large", [this](const http::ApiRequest&) {
            return http::ApiResponse::complete(200, "application/octet-stream", large);
        });
    }
    HeldRoutes(const HeldRoutes&) = delete;
    HeldRoutes& operator=(const HeldRoutes&) = delete;
    ~HeldRoutes() { unblock(); }

    /// All that came, once there are so many.
    std::vector<http::Responder> responders(std::size_t count) { return all(_responders, count); }
    std::vector<Sink> sinks(std::size_t count) { return all(_sinks, count); }
    void awaitBlocked(std::size_t count)
    {
        std::unique_lock lock(_mutex);
        _changed.wait(lock, [&] { return _blocked >= count; });
    }
    void unblock()
    {
        const std::lock_guard lock(_mutex);
        _open = true;
        _changed.notify_all();
    }

    const std::string large = makeLarge();

private:
    static std::string makeLarge()
    {
        std::string bytes;
        for (unsigned i = 0; bytes.size() < 12U * 1024U * 1024U; ++i)
            bytes += std::to_string(i) + ' ';
        return bytes;
    }

    void add(TestServer& server, const std::string& pattern, http::Handler handler)
    {
        http::Route route;
        route.method = "GET";
        route.pattern = pattern;
        route.handler = std::move(handler);
        _routes.push_back(server.routes.add(std::move(route)));
    }

    template <class Item>
    std::vector<Item> all(const std::vector<Item>& items, std::size_t count)
    {
        std::unique_lock lock(_mutex);
        _changed.wait(lock, [&] { return items.size() >= count; });
        return items;
    }

    std::mutex _mutex;
    std::condition_variable _changed;
    std::vector<http::Responder> _responders;
    std::vector<Sink> _sinks;
    std::size_t _blocked = 0;
    bool _open = false;
    std::vector<Subscription> _routes; ///< ends first
};

/// A GET without anything.
inline std::string getRequest(const std::string& path)
{
    return "GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n";
}

} // namespace waymark::httpapi
