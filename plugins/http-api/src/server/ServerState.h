#pragma once

#include "server/AccessMetrics.h"
#include "server/Counted.h"

#include <waymark/base/Clock.h>
#include <waymark/observe/Log.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>

namespace waymark::httpapi
{

/// What bounds one request. Changed by a reload while requests are served; each value by itself.
struct Limits
{
    std::atomic<std::size_t> head{0};            ///< bytes of request line and fields
    std::atomic<std::size_t> body{0};            ///< bytes, decoded
    std::atomic<Duration::rep> requestTime{0};   ///< from a request's first byte to its answer's last
    std::atomic<Duration::rep> keepAliveTime{0}; ///< how long an idle connection is kept
    std::atomic<std::size_t> streams{0};         ///< at the same time

    std::chrono::nanoseconds request() const noexcept { return std::chrono::nanoseconds(requestTime); }
    std::chrono::nanoseconds keepAlive() const noexcept { return std::chrono::nanoseconds(keepAliveTime); }
};

/// What all connections of one server share. Any thread.
struct ServerState
{
    ServerState(observe::MetricRegistry& registry, observe::Log serverLog)
        : metrics(registry), log(std::move(serverLog))
    {
    }

    Limits limits;
    AccessMetrics metrics;
    observe::Log log;
    CountedUse connections;            ///< accepted and not yet closed
    CountedUse streams;                ///< answers that are being streamed
    std::atomic<bool> stopping{false}; ///< no new requests; streams end
    std::atomic<bool> aborting{false}; ///< nobody waits for anything any more
    std::atomic<std::uint64_t> nextRequest{1};
    std::string requestPrefix; ///< what this server's request ids begin with
    /// Connections that wait for a thread; idle ones give way to them. Set before the server starts.
    std::function<bool()> othersWait = [] {
        return false;
    };
};

} // namespace waymark::httpapi
