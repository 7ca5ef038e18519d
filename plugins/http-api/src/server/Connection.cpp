#include "server/Connection.h"

#include "server/VectorRegisters.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace waymark::httpapi
{

namespace
{

constexpr int readsAtATime = 16;               // then it is another connection's turn
constexpr std::size_t muchMemory = 8U * 1024U; // less is bounded by the number of connections
constexpr std::size_t sendSize = 256U * 1024U;

MonotonicTime now() noexcept
{
    return std::chrono::steady_clock::now();
}

/// At the end of work on bytes that may be a secret.
struct ClearedRegisters
{
    ClearedRegisters() = default;
    ClearedRegisters(const ClearedRegisters&) = delete;
    ClearedRegisters& operator=(const ClearedRegisters&) = delete;
    ~ClearedRegisters() { clearVectorRegisters(); }
};

} // namespace

Connection::Connection(ConnectionId connectionId, std::unique_ptr<Channel> opened, const node::Endpoint& from,
                       ServerState& shared)
    : id(connectionId),
      channel(std::move(opened)),
      remote(from),
      deadline(now() + shared.limits.request()),
      _shared(shared),
      _counted(shared.connections)
{
}

Connection::~Connection()
{
    _shared.held->subtract(_held);
}

void Connection::handshake() noexcept
{
    const Transfer step = channel->handshake();
    wantsWrite = step.state == Transfer::State::wantsWrite;
    unagreed = step.state == Transfer::State::ended;
    awaitsClient = true;
}

void Connection::receive()
{
    using Stage = RequestIntake::Stage;
    const ClearedRegisters atTheEnd;
    intake.advance(_shared.limits);
    noteStart();
    for (int reads = 0; reads < readsAtATime || channel->hasBuffered(); ++reads) {
        if (intake.stage() == Stage::ready || intake.stage() == Stage::refused)
            return;
        const Transfer got = channel->receive(intake.space());
        wantsWrite = got.state == Transfer::State::wantsWrite;
        ended = got.state == Transfer::State::ended;
        if (got.state != Transfer::State::moved)
            return;
        intake.received(got.bytes, _shared.limits);
        noteStart();
    }
}

/// Empty lines are no request: they neither begin its time nor make the time longer that a client may be
/// idle.
void Connection::noteStart() noexcept
{
    if (started || intake.stage() == RequestIntake::Stage::empty)
        return;
    started = now();
    deadline = *started + _shared.limits.request();
}

void Connection::send(std::string_view bytes)
{
    while (output.empty() && !bytes.empty() && !broken) {
        const Transfer sent = channel->send(bytes.substr(0, sendSize));
        broken = sent.state == Transfer::State::ended;
        if (sent.state != Transfer::State::moved)
            break;
        bytes.remove_prefix(sent.bytes);
    }
    if (!broken)
        output.append(bytes);
}

bool Connection::flush()
{
    while (!output.empty() && !broken) {
        const Transfer sent = channel->send(output.view().substr(0, sendSize));
        broken = sent.state == Transfer::State::ended;
        wantsWrite = sent.state != Transfer::State::wantsRead;
        if (sent.state != Transfer::State::moved)
            break;
        output.consume(sent.bytes);
    }
    if (output.empty())
        output.release();
    return output.empty();
}

void Connection::makeWay() noexcept
{
    if (!keepAlive || stream || !output.empty() || !std::exchange(answered, false))
        return;
    intake.next();
    admission.reset();
    started.reset();
    deadline = now() + _shared.limits.keepAlive();
}

bool Connection::owesNothing() const noexcept
{
    return keepAlive && !broken && !started && !hasMore() && !parked && !stream && output.empty();
}

bool Connection::countHeld() noexcept
{
    const std::size_t holds = intake.held() + output.capacity();
    const bool much = holds > muchMemory;
    const std::size_t counts = much ? holds : 0;
    _shared.held->add(counts);
    _shared.held->subtract(std::exchange(_held, counts));
    return much;
}

} // namespace waymark::httpapi
