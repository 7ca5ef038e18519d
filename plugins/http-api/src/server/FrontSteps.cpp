#include "access/SecurityHeaders.h"
#include "server/Front.h"

#include <waymark/http/ApiResponse.h>

#include <Poco/Net/HTTPResponse.h>
#include <Poco/NumberFormatter.h>

#include <algorithm>
#include <chrono>
#include <utility>
#include <variant>

namespace waymark::httpapi
{

namespace
{

using namespace std::chrono_literals;

constexpr auto lingerTime = 500ms; // how long a refused client may go on sending
constexpr std::size_t lingerBytes = 1U << 20U;

MonotonicTime now() noexcept
{
    return std::chrono::steady_clock::now();
}

std::string fixedHeaders()
{
    std::string lines;
    for (const auto& [name, value] : securityHeaders)
        lines.append("\r\n").append(name).append(": ").append(value);
    return lines;
}

std::string textOf(const Refusal& refusal, bool withBody)
{
    const auto response = http::ApiResponse::error(refusal.status, refusal.message);
    const auto& body = std::get<std::string>(response.body());
    const auto status = static_cast<Poco::Net::HTTPResponse::HTTPStatus>(refusal.status);
    return "HTTP/1.1 " + std::to_string(refusal.status) + ' ' +
           Poco::Net::HTTPResponse::getReasonForStatus(status) +
           "\r\nContent-Type: " + response.contentType() +
           "\r\nContent-Length: " + std::to_string(body.size()) + fixedHeaders() +
           (refusal.status == 503 ? "\r\nRetry-After: 1" : "") + "\r\nConnection: close\r\n\r\n" +
           (withBody ? body : std::string());
}

std::string chunkOf(std::string_view bytes)
{
    return Poco::NumberFormatter::formatHex(static_cast<Poco::UInt64>(bytes.size())) + "\r\n" +
           std::string(bytes) + "\r\n";
}

} // namespace

/// Does whatever can be done for a connection without waiting, and then waits for what it needs next.
void Front::settle(Connection& connection)
{
    if (connection.lingers)
        return settleClosing(connection);
    if (connection.channel->handshaking() || connection.unagreed)
        return settleHandshake(connection);
    const std::size_t before = connection.output.size();
    connection.flush();
    if (connection.abandoned)
        return drop(connection);
    if (connection.broken)
        return drop(connection, "unread-answer");
    if (connection.stream && connection.output.size() < before)
        connection.deadline = now() + _state->limits.request();
    if (connection.stream)
        return settleStream(connection);
    if (!connection.output.empty())
        return await(connection, Phase::writing, connection.wantsWrite ? EPOLLOUT : EPOLLIN);
    if (connection.parked && !connection.parked->answer->ready())
        return await(connection, Phase::parked, connection.parked->answer->isPatient() ? EPOLLRDHUP : 0U);
    if (connection.parked)
        return dispatch(connection);
    if (!connection.keepAlive)
        return finish(connection);
    connection.makeWay();
    settleRequest(connection);
}

/// One step whenever the client has sent something, on threads that do nothing else: it costs as much as a
/// hundred answers.
void Front::settleHandshake(Connection& connection)
{
    if (_stopping)
        return drop(connection);
    if (connection.unagreed) {
        connection.intake.markUnfinished(); // closing at once might destroy what tells the client why
        return finish(connection);
    }
    if (std::exchange(connection.awaitsClient, false))
        return await(connection, Phase::handshaking, connection.wantsWrite ? EPOLLOUT : EPOLLIN);
    _connections.enter(connection, Phase::dispatched);
    schedule(connection, connection.deadline);
    _workers.submit(connection, Workers::Lane::handshake);
}

void Front::settleRequest(Connection& connection)
{
    using Stage = RequestIntake::Stage;
    if (const Refusal* const refusal = connection.channel->refusal()) {
        _state->metrics.dropped(refusal->reason);
        return refuse(connection, *refusal);
    }
    connection.receive();
    const Stage stage = connection.intake.stage();
    if (stage == Stage::ready)
        return dispatch(connection);
    if (stage == Stage::refused) {
        _state->metrics.dropped(connection.intake.refusal().reason);
        return refuse(connection, connection.intake.refusal());
    }
    if (connection.ended || _stopping)
        return drop(connection, stage == Stage::empty ? "" : "cut-off");
    if (!connection.started)
        connection.intake.release();
    await(connection, connection.started ? Phase::reading : Phase::idle,
          connection.wantsWrite ? EPOLLOUT : EPOLLIN);
}

void Front::settleStream(Connection& connection)
{
    OpenStream& stream = *connection.stream;
    if (_stopping)
        stream.queue().close();
    auto state = StreamQueue::State::open;
    std::string chunk;
    while (connection.output.empty() && !connection.broken) {
        state = stream.queue().take(chunk);
        if (!chunk.empty()) {
            connection.send(stream.chunked() ? chunkOf(chunk) : chunk);
            connection.deadline = now() + _state->limits.request();
        }
        if (state != StreamQueue::State::open || chunk.empty())
            break;
    }
    if (connection.broken || state == StreamQueue::State::overflow || stream.queue().overflowed())
        return drop(connection, connection.broken ? "" : "slow-stream");
    if (state == StreamQueue::State::ended) {
        const bool chunked = stream.chunked();
        connection.stream.reset(); // first: who sees the end finds one stream less
        if (chunked)
            connection.send("0\r\n\r\n");
        return settle(connection);
    }
    connection.intake.release(); // it may be long before there is another request
    const bool blocked = !connection.output.empty();
    await(connection, Phase::streaming, EPOLLRDHUP | (blocked ? EPOLLOUT : 0U));
}

/// Closing while the client still sends would reset the connection and may destroy the answer on its way, so
/// the rest is thrown away for a moment (RFC 9112 section 9.6).
void Front::settleClosing(Connection& connection)
{
    for (;;) {
        const Transfer got = connection.channel->discard();
        if (got.state == Transfer::State::wantsRead)
            return await(connection, Phase::closing, EPOLLIN);
        connection.discarded += got.bytes;
        if (got.state != Transfer::State::moved || connection.discarded > lingerBytes)
            return drop(connection);
    }
}

void Front::finish(Connection& connection)
{
    connection.channel->conclude();
    const bool allRead = connection.intake.finished() && !connection.intake.hasMore() &&
                         connection.channel->discard().state == Transfer::State::wantsRead;
    if (allRead || connection.ended)
        return drop(connection);
    connection.lingers = true;
    connection.intake.release(true);
    connection.channel->finishSending();
    connection.deadline = now() + lingerTime;
    settleClosing(connection);
}

void Front::refuse(Connection& connection, const Refusal& refusal)
{
    if (connection.channel->handshaking())
        return drop(connection); // there is no way to tell the client
    answerRefusal(connection, refusal);
    connection.deadline = now() + lingerTime;
    connection.intake.markUnfinished();
    settle(connection);
}

void Front::answerRefusal(Connection& connection, const Refusal& refusal)
{
    const auto answeredAt = now();
    _state->metrics.answered("unmatched", "other", refusal.status,
                             answeredAt - connection.started.value_or(answeredAt));
    if (connection.admission)
        connection.admission->answered(refusal.status);
    connection.keepAlive = false;
    connection.parked.reset();
    connection.send(textOf(refusal, !connection.intake.asksForHead()));
}

void Front::dispatch(Connection& connection)
{
    watchMemory(connection);
    if (connection.heavy) // nobody but its worker can end it now
        _heavy.erase(*std::exchange(connection.heavy, std::nullopt));
    _connections.enter(connection, Phase::dispatched);
    schedule(connection, connection.deadline);
    connection.reserved = _workers.busy(Workers::Lane::ordinary) && isReserved(connection);
    _workers.submit(connection, connection.reserved ? Workers::Lane::reserved : Workers::Lane::ordinary);
}

/// Health and metrics are what people look at when everything else is busy.
bool Front::isReserved(const Connection& connection) const
{
    const RequestHead& head = connection.intake.head();
    const std::string_view path = head.path();
    if (head.method != "GET" && head.method != "HEAD")
        return false;
    return std::ranges::any_of(_routes.routes(), [&](const auto& route) {
        return route->pattern == path && route->method == "GET" &&
               (route->role == http::Role::open || path == "/metrics");
    });
}

/// Its time is up.
void Front::expireOne(Connection& connection)
{
    const Refusal slow{408, "the request did not arrive in time", "slow"};
    switch (connection.phase) {
    case Phase::handshaking:
        return drop(connection, "handshake");
    case Phase::idle:
        return drop(connection, connection.requests == 0 ? "silent" : "");
    case Phase::reading:
        if (connection.intake.stage() == RequestIntake::Stage::body) {
            connection.intake.refuseBody(slow);
            connection.deadline = now() + _state->limits.request();
            return dispatch(connection);
        }
        _state->metrics.dropped(slow.reason);
        return refuse(connection, slow);
    case Phase::dispatched:
        if (!_workers.withdraw(connection))
            return; // it is being served, and comes back
        _state->metrics.dropped("busy");
        return refuse(connection, {503, "no thread was free in time; try again"});
    case Phase::parked:
        connection.parked->answer->expire();
        connection.deadline = now() + _state->limits.request();
        return dispatch(connection);
    case Phase::streaming:
        return drop(connection, "slow-stream");
    case Phase::writing:
        return drop(connection, "unread-answer");
    case Phase::closing:
        return drop(connection);
    }
}

void Front::await(Connection& connection, Phase phase, std::uint32_t events)
{
    watchMemory(connection);
    _connections.enter(connection, phase);
    const bool forever = phase == Phase::streaming && connection.output.empty();
    schedule(connection, forever ? std::nullopt : std::optional(connection.deadline));
    if (!_poller.change(connection.channel->descriptor(), events | EPOLLONESHOT, connection.id))
        drop(connection, "no-memory");
}

void Front::schedule(Connection& connection, std::optional<MonotonicTime> when)
{
    if (connection.timer == when)
        return;
    if (!connection.timer) {
        _timers.emplace(*when, connection.id);
    } else {
        auto node = _timers.extract({*connection.timer, connection.id});
        if (when) {
            node.value().first = *when;
            _timers.insert(std::move(node));
        }
    }
    connection.timer = when;
}

void Front::watchMemory(Connection& connection)
{
    const bool heavy = connection.countHeld();
    if (heavy && !connection.heavy)
        connection.heavy = _heavy.insert(_heavy.end(), &connection);
    else if (!heavy && connection.heavy)
        _heavy.erase(*std::exchange(connection.heavy, std::nullopt));
}

void Front::drop(Connection& connection, std::string_view reason) noexcept
{
    if (connection.owesNothing())
        connection.channel->conclude();
    _state->metrics.ended(reason);
    schedule(connection, std::nullopt);
    if (connection.heavy)
        _heavy.erase(*connection.heavy);
    _connections.remove(connection);
}

} // namespace waymark::httpapi
