#include "server/ResponseWriter.h"

#include "access/SecurityHeaders.h"
#include "server/StreamQueue.h"

#include <waymark/node/Keccak.h>

#include <algorithm>
#include <chrono>
#include <new>
#include <sstream>
#include <utility>
#include <variant>

namespace waymark::httpapi
{

namespace
{

constexpr std::size_t streamBacklog = 256U * 1024U;
constexpr std::size_t smallBody = 16U * 1024U; // worth copying, to send it with its head
constexpr auto retryAfter = "1";

std::string entityTag(std::string_view bytes)
{
    constexpr std::size_t tagBytes = 12;
    return '"' + toHex(ByteView(node::keccak256(asBytes(bytes))).first(tagBytes)) + '"';
}

/// If-None-Match with the weak comparison (RFC 9110 section 13.1.2).
bool tagMatches(std::string_view list, std::string_view tag)
{
    while (!list.empty()) {
        const std::size_t comma = std::min(list.find(','), list.size());
        std::string_view candidate = list.substr(0, comma);
        list.remove_prefix(std::min(comma + 1, list.size()));
        candidate.remove_prefix(std::min(candidate.find_first_not_of(" \t"), candidate.size()));
        candidate = candidate.substr(0, candidate.find_last_not_of(" \t") + 1);
        if (candidate.starts_with("W/"))
            candidate.remove_prefix(2);
        if (candidate == "*" || candidate == tag)
            return true;
    }
    return false;
}

} // namespace

ResponseWriter::ResponseWriter(Poco::Net::HTTPServerResponse& response, Connection& connection,
                               ServerState& state, std::weak_ptr<Mailbox> front)
    : _response(response), _connection(connection), _state(state), _front(std::move(front))
{
}

std::optional<int> ResponseWriter::send(http::ApiResponse given)
{
    auto answer = resolve(std::move(given));
    if (!answer)
        return std::nullopt;
    if (std::holds_alternative<http::ApiResponse::Asset>(answer->body()))
        return sendAsset(std::move(*answer));
    if (std::holds_alternative<http::ApiResponse::Stream>(answer->body()))
        return sendStream(*answer);
    return sendWhole(*answer, std::get<std::string>(answer->body()));
}

void ResponseWriter::startOver()
{
    const std::string id = _response.get("X-Request-Id", {});
    _response.clear(); // how long the body is, how long it may be cached and so on
    _response.set("X-Request-Id", id);
    _response.setDate(Poco::Timestamp());
    _response.setKeepAlive(false);
}

std::optional<http::ApiResponse> ResponseWriter::resolve(http::ApiResponse answer)
{
    while (const auto* start = std::get_if<http::ApiResponse::Start>(&answer.body())) {
        auto pending = std::make_unique<PendingAnswer>(_front, _connection.id);
        (*start)(pending->responder());
        const http::Patience& patience = answer.patience();
        if (pending->park()) {
            if (patience.client)
                bePatient(*pending, patience);
            _parked = std::move(pending);
            return std::nullopt;
        }
        answer = pending->take();
    }
    return answer;
}

/// Its client may leave meanwhile, and the writer may lose interest then.
void ResponseWriter::bePatient(PendingAnswer& pending, const http::Patience& patience)
{
    pending.keep(patience.client);
    const auto usual = std::chrono::steady_clock::now() + _state.limits.request();
    _connection.deadline = usual + patience.time;
}

void ResponseWriter::prepare(const http::ApiResponse& answer)
{
    _response.setStatusAndReason(static_cast<Poco::Net::HTTPResponse::HTTPStatus>(answer.status()));
    if (answer.status() != 304) // which says nothing of a body (RFC 9110 section 15.4.5)
        _response.setContentType(answer.contentType());
    for (const auto& [name, value] : securityHeaders)
        _response.set(name, value);
    const auto hsts = std::chrono::duration_cast<std::chrono::seconds>(Duration(_state.hsts));
    if (_connection.channel->encrypted() && hsts > Duration::zero())
        _response.set("Strict-Transport-Security", "max-age=" + std::to_string(hsts.count()));
    for (const auto& [name, value] : answer.headers())
        _response.set(name, value);
    const RequestHead& head = _connection.intake.head();
    for (const auto& [name, value] : _state.access.rules()->crossOrigin.headersFor(head))
        _response.add(name, value);
    if (!head.keepAlive || !_connection.intake.finished() || _state.stopping ||
        _connection.requests + 1 >= _state.limits.requests)
        _response.setKeepAlive(false);
}

void ResponseWriter::put(std::string_view body)
{
    std::ostringstream head;
    _response.write(head);
    if (!head) // the only sign of memory that was missing: a part of the head may be
        throw std::bad_alloc();
    _connection.keepAlive = _response.getKeepAlive();
    std::string text = std::move(head).str();
    const bool together = body.size() <= smallBody;
    if (together)
        text += body;
    _begun = true;
    _connection.send(text);
    if (!together)
        _connection.send(body);
}

/// True when the client has this version already (RFC 9110 section 13.1.2).
bool ResponseWriter::isKnown(const http::ApiResponse& answer) const
{
    const auto tag = answer.headers().find("ETag");
    const auto known = _connection.intake.head().field("If-None-Match");
    return answer.status() == 200 && tag != answer.headers().end() && known &&
           tagMatches(*known, tag->second);
}

int ResponseWriter::sendWhole(const http::ApiResponse& answer, std::string_view body)
{
    if (isKnown(answer)) {
        auto unchanged = http::ApiResponse::complete(304, answer.contentType(), {});
        for (const auto& [name, value] : answer.headers())
            unchanged.header(name, value);
        return sendWhole(unchanged, {});
    }
    prepare(answer);
    const bool unchanged = answer.status() == 304;
    if (!unchanged) // whose length would be that of the body it stands for (RFC 9110 section 8.6)
        _response.setContentLength64(static_cast<Poco::Int64>(body.size()));
    put(unchanged || _connection.intake.head().isHead ? std::string_view() : body);
    return answer.status();
}

int ResponseWriter::sendAsset(http::ApiResponse answer)
{
    const std::string_view bytes = std::get<http::ApiResponse::Asset>(answer.body()).bytes;
    answer.header("ETag", entityTag(bytes));
    if (!answer.headers().contains("Cache-Control"))
        answer.header("Cache-Control", "public, max-age=300");
    return sendWhole(answer, bytes);
}

int ResponseWriter::sendStream(const http::ApiResponse& answer)
{
    const auto queue = std::make_shared<StreamQueue>(StreamQueue::Shared{_front, _state.held}, _connection.id,
                                                     streamBacklog);
    if (!_state.streams.tryEnter(_state.limits.streams)) {
        const auto refusal = http::ApiResponse::error(503, "too many streams are open; try again later")
                                 .header("Retry-After", retryAfter);
        return sendWhole(refusal, std::get<std::string>(refusal.body()));
    }
    const RequestHead& head = _connection.intake.head();
    _connection.stream.emplace(_state, queue, !head.http10);
    prepare(answer);
    if (head.http10)
        _response.setKeepAlive(false);
    else
        _response.setChunkedTransferEncoding(true);
    put({});
    if (head.isHead)
        _connection.stream.reset();
    else
        std::get<http::ApiResponse::Stream>(answer.body())(queue);
    return answer.status();
}

} // namespace waymark::httpapi
