#pragma once

#include "access/Access.h"
#include "server/AccessMetrics.h"
#include "server/Counted.h"
#include "server/HeldBytes.h"

#include <waymark/base/Clock.h>
#include <waymark/observe/Log.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace waymark::httpapi
{

struct RequestHead;

/// What bounds one request. Changed by a reload while requests are served; each value by itself.
struct Limits
{
    std::atomic<std::size_t> head{0};            ///< bytes of request line and fields
    std::atomic<std::size_t> body{0};            ///< bytes, decoded
    std::atomic<Duration::rep> requestTime{0};   ///< from a request's first byte to its answer's last
    std::atomic<Duration::rep> keepAliveTime{0}; ///< how long an idle connection is kept
    std::atomic<std::size_t> requests{0};        ///< on one connection
    std::atomic<std::size_t> connections{0};     ///< at the same time
    std::atomic<std::size_t> perAddress{0};      ///< connections at the same time
    std::atomic<std::size_t> streams{0};         ///< at the same time

    /// Bytes that the route of a request takes, where that is more than `body`; set before anything is
    /// served.
    std::function<std::size_t(const RequestHead&)> routeBody;

    std::chrono::nanoseconds request() const noexcept { return std::chrono::nanoseconds(requestTime); }
    std::chrono::nanoseconds keepAlive() const noexcept { return std::chrono::nanoseconds(keepAliveTime); }
};

/// What a connection does, or waits for.
enum class Phase : std::uint8_t
{
    idle,       ///< for a request
    reading,    ///< for the rest of a request
    dispatched, ///< for a thread, or being served by one
    parked,     ///< for an answer that comes later
    streaming,  ///< for the next part of a streamed answer
    writing,    ///< for its client to take the answer
    closing,    ///< for its client to stop sending
    handshaking ///< for its client to agree on how to talk
};
constexpr std::size_t phaseCount = 8;
std::string_view nameOf(Phase phase) noexcept;

/// What all connections of one server share. Any thread.
struct ServerState
{
    ServerState(observe::MetricRegistry& registry, observe::Log serverLog)
        : metrics(registry), log(std::move(serverLog)), access(registry, log)
    {
    }

    Limits limits;
    AccessMetrics metrics;
    observe::Log log;
    Access access;
    std::atomic<Duration::rep> hsts{0};                        ///< told over TLS only; 0: nothing
    CountedUse connections;                                    ///< accepted and not yet closed
    std::array<std::atomic<std::size_t>, phaseCount> phases{}; ///< connections in each
    CountedUse streams; ///< answers that are being streamed or wait for a change
    std::shared_ptr<HeldBytes> held = std::make_shared<HeldBytes>();
    std::atomic<bool> stopping{false}; ///< no new requests; streams end
    std::atomic<bool> aborting{false}; ///< nobody waits for anything any more
    std::atomic<std::uint64_t> nextRequest{1};
    std::string requestPrefix; ///< what this server's request ids begin with
};

} // namespace waymark::httpapi
