#pragma once

#include "server/Channel.h"
#include "server/Mailbox.h"
#include "server/PendingAnswer.h"
#include "server/RequestIntake.h"
#include "server/SecretBuffer.h"
#include "server/ServerState.h"
#include "server/StreamQueue.h"

#include <waymark/base/Clock.h>
#include <waymark/node/Endpoint.h>

#include <atomic>
#include <cstddef>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace waymark::httpapi
{

/// A request whose answer comes later.
struct ParkedRequest
{
    std::unique_ptr<PendingAnswer> answer;
    std::string route;
    std::string id;
};

/// An answer that is being streamed; ends with this object.
class OpenStream
{
public:
    /// The state's stream was entered before.
    OpenStream(ServerState& state, std::shared_ptr<StreamQueue> queue, bool chunked) noexcept
        : _state(state), _queue(std::move(queue)), _chunked(chunked)
    {
    }
    OpenStream(const OpenStream&) = delete;
    OpenStream& operator=(const OpenStream&) = delete;
    ~OpenStream()
    {
        _queue->abandon();
        _state.streams.leave();
    }

    StreamQueue& queue() noexcept { return *_queue; }
    bool chunked() const noexcept { return _chunked; }

private:
    ServerState& _state;
    std::shared_ptr<StreamQueue> _queue;
    bool _chunked;
};

/// One accepted connection. It belongs to the front or to one worker, never to both, and has no lock: it
/// changes hands through the workers' queue and the mailbox. No call waits.
class Connection
{
public:
    Connection(ConnectionId connectionId, std::unique_ptr<Channel> opened, const node::Endpoint& from,
               ServerState& shared);
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection();

    /// Takes the agreement on how to talk further.
    void handshake() noexcept;
    /// Reads until there is a request, the client has sent no more, or it had its turn.
    void receive();
    /// Sends, or keeps what the client does not take yet.
    void send(std::string_view bytes);
    /// Sends what was kept. True when nothing is left.
    bool flush();
    /// Makes way for the next request when the answer was given and taken.
    void makeWay() noexcept;
    /// True when bytes were received behind the current request.
    bool hasMore() const noexcept { return intake.hasMore() || channel->hasBuffered(); }
    /// True when there is no request and nothing on its way: it may end.
    bool owesNothing() const noexcept;
    /// True when it waits for the first byte of a request and for nothing else.
    bool isIdle() const noexcept { return owesNothing() && !ended; }
    /// Tells the shared count how much memory this holds, if that is much, and says so: what is counted is
    /// what can be given back by ending those that hold it.
    bool countHeld() noexcept;

    const ConnectionId id;
    const std::unique_ptr<Channel> channel;
    const node::Endpoint remote;

    RequestIntake intake;
    SecretBuffer output;                ///< what the client has not taken
    std::optional<Admission> admission; ///< of the current request, once it is looked at
    std::optional<ParkedRequest> parked;
    std::optional<OpenStream> stream;
    std::optional<MonotonicTime> started; ///< the first byte of the current request, after empty lines
    MonotonicTime deadline;               ///< of whatever it waits for
    std::size_t requests = 0;
    bool keepAlive = true;     ///< another request may follow
    bool answered = false;     ///< the current request is over as soon as the client has taken the answer
    bool ended = false;        ///< the client sends no more
    bool broken = false;       ///< nothing reaches the client any more
    bool abandoned = false;    ///< nothing shall
    bool wantsWrite = false;   ///< what the last receive() or flush() waits for
    bool lingers = false;      ///< its closing has begun
    bool unagreed = false;     ///< there will be no agreement on how to talk
    bool awaitsClient = true;  ///< before the agreement can go on
    bool reserved = false;     ///< its worker is for health and metrics only
    std::size_t discarded = 0; ///< while it closes

    // How a worker gives it back:
    bool rested = false;               ///< idle, and waited on already
    std::atomic<bool> returned{false}; ///< set last: it is the front's again

    // The front's:
    Phase phase = Phase::idle;
    std::list<Connection*>::iterator place; ///< among those of its phase
    std::optional<MonotonicTime> timer;
    std::optional<std::list<Connection*>::iterator> heavy;
    node::IpAddress address; ///< what it is counted under

private:
    void noteStart() noexcept;

    ServerState& _shared;
    Counted _counted;
    std::size_t _held = 0;
};

} // namespace waymark::httpapi
