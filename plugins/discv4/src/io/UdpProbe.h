#pragma once

#include "io/OwnPings.h"
#include "wire/Encode.h"

#include <waymark/base/Clock.h>
#include <waymark/base/Random.h>
#include <waymark/base/Worker.h>
#include <waymark/net/UdpTransport.h>
#include <waymark/observe/Health.h>
#include <waymark/observe/Metrics.h>

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace waymark::discv4::io
{

/// Looks from outside whether each worker of a bound endpoint answers: pings through sockets of its own, with
/// a throw-away key, take the way of any packet through the system, the checks, the curve and the engine.
///
/// With several workers the system chooses one by the port that a packet comes from, so each has a socket
/// here whose port leads to it; who received a ping says which. It runs in real time, whatever the clock says
/// that packets go by, because sockets do.
class UdpProbe
{
public:
    struct Target
    {
        node::Endpoint bound; ///< of the transport; a wildcard is asked on loopback
        unsigned workers = 1;
        node::PublicKey key; ///< of the node
    };
    struct Environment
    {
        net::UdpSockets& sockets;
        OwnPings& pings;
        const Clock& clock;
        Random& random;
        observe::MetricRegistry& metrics;
    };

    /// How many rounds in a row a worker misses until it counts as mute.
    static constexpr unsigned toleratedMisses = 3;

    /// What `environment` refers to outlives this.
    UdpProbe(const Environment& environment, const Target& target, Duration interval);
    ~UdpProbe() { stop(); }
    UdpProbe(const UdpProbe&) = delete;
    UdpProbe& operator=(const UdpProbe&) = delete;

    /// Call before packets come. Without effect on networks that have no sockets beside those that serve.
    /// Fails when the system gives no socket: better told at the start than found out when one is missing
    /// elsewhere.
    Result<void> start();
    /// Idempotent.
    void stop() noexcept;

    /// Zero: no pings, and no verdict. Any thread.
    void setInterval(Duration interval);

    /// Failed while a worker is mute; degraded while it cannot be told. Any thread.
    observe::Health health() const;

private:
    using Time = std::chrono::steady_clock::time_point;

    /// A socket, and the pings of this round that went through it.
    struct Line
    {
        std::unique_ptr<net::UdpClient> client;
        std::vector<node::Hash256> pings;
    };
    struct Standing
    {
        Time lastAnswer;
        unsigned missed = 0;
        observe::Counter answers;
        observe::Counter misses;
    };
    struct Round
    {
        Duration interval;
        Time end;
        Duration pause;             ///< until what is not answered is asked again
        std::size_t openings;       ///< how many candidates may still be opened
        std::vector<bool> asked;    ///< each worker
        std::vector<bool> answered; ///< each worker
        bool hasSearched = false;   ///< a candidate was pinged
        std::optional<std::string> obstacle{};
    };

    void run(const std::stop_token& stopping);
    /// One round.
    void probe(const std::stop_token& stopping, Duration interval, Time begin);
    /// A round that threw says nothing of the workers; the next one may get through.
    void giveUp(Duration interval, const std::exception& error) noexcept;
    /// The interval once a round is due; nothing when the probe stops.
    std::optional<Duration> awaitRound(const std::stop_token& stopping, Time lastRound);
    void runRound(const std::stop_token& stopping, Round& round);
    void ask(Round& round);
    void search(Round& round);
    std::optional<Line> open(Round& round);
    bool ping(Line& line, Round& round);
    void listen(const std::stop_token& stopping, Round& round);
    /// Takes what came, waiting for the first that is awaited. Whether anything did.
    bool hear(Round& round, Duration patience);
    /// The worker that answered, when anyone did.
    std::optional<unsigned> hear(Line& line, Duration patience);
    std::optional<unsigned> answererOf(const Line& line, ByteView datagram) const;
    void answered(unsigned worker, Round& round);
    void give(Line line, unsigned worker);
    void forget(Line& line) noexcept;
    void judge(Round& round);
    bool isCurrent(const Round& round) const;

    Environment _environment;
    Target _target;
    wire::Encoder _encoder;
    std::uint64_t _sent = 0;
    std::vector<Line> _lines;      ///< of each worker; without a client: to be found
    std::vector<Line> _candidates; ///< of this round, whose worker is not known yet

    mutable std::mutex _mutex;
    std::condition_variable_any _changed;
    Duration _interval;
    std::vector<Standing> _standings; ///< of each worker
    std::optional<std::string> _obstacle;
    Worker _thread;
};

} // namespace waymark::discv4::io
