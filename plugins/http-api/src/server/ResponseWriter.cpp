#include "server/ResponseWriter.h"

#include "server/PendingAnswer.h"
#include "server/StreamQueue.h"

#include <waymark/node/Keccak.h>

#include <ostream>
#include <utility>
#include <variant>

namespace waymark::httpapi
{

namespace
{

using namespace std::chrono_literals;

constexpr std::size_t streamBacklog = 256U * 1024U;
constexpr auto streamSlice = 250ms; // how soon a stream sees that its client is gone
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

ResponseWriter::ResponseWriter(Poco::Net::HTTPServerResponse& response, RequestSocket& socket,
                               ServerState& state)
    : _response(response), _socket(socket), _state(state)
{
}

int ResponseWriter::send(http::ApiResponse answer)
{
    answer = resolve(std::move(answer));
    if (std::holds_alternative<http::ApiResponse::Asset>(answer.body()))
        return sendAsset(std::move(answer));
    if (std::holds_alternative<http::ApiResponse::Stream>(answer.body()))
        return sendStream(answer);
    return sendWhole(answer, std::get<std::string>(answer.body()));
}

http::ApiResponse ResponseWriter::resolve(http::ApiResponse answer)
{
    while (const auto* start = std::get_if<http::ApiResponse::Start>(&answer.body())) {
        PendingAnswer pending;
        (*start)(pending.responder());
        if (auto given = pending.wait(_socket.deadline(), _state.aborting)) {
            answer = std::move(*given);
            continue;
        }
        if (_state.aborting || pending.forgotten())
            return http::ApiResponse::error(503, "the service is stopping or too busy; try again")
                .header("Retry-After", retryAfter);
        // Without this the answer would have no time left to be sent in.
        _socket.extendDeadline(std::chrono::steady_clock::now() + _state.limits.request());
        return http::ApiResponse::error(504, "the answer did not come in time; whether the change happened "
                                             "is open, so look before trying again");
    }
    return answer;
}

void ResponseWriter::prepare(const http::ApiResponse& answer)
{
    _response.setStatusAndReason(static_cast<Poco::Net::HTTPResponse::HTTPStatus>(answer.status()));
    _response.setContentType(answer.contentType());
    _response.set("X-Content-Type-Options", "nosniff");
    for (const auto& [name, value] : answer.headers())
        _response.set(name, value);
    if (!_socket.head().keepAlive || !_socket.finished() || _state.stopping)
        _response.setKeepAlive(false);
}

int ResponseWriter::sendWhole(const http::ApiResponse& answer, std::string_view body)
{
    prepare(answer);
    if (_socket.head().isHead || answer.status() == 304) {
        _response.setContentLength64(static_cast<Poco::Int64>(body.size()));
        _response.send().flush();
    } else {
        _response.sendBuffer(body.data(), body.size());
    }
    return answer.status();
}

int ResponseWriter::sendAsset(http::ApiResponse answer)
{
    const std::string_view bytes = std::get<http::ApiResponse::Asset>(answer.body()).bytes;
    const std::string tag = entityTag(bytes);
    answer.header("ETag", tag);
    if (!answer.headers().contains("Cache-Control"))
        answer.header("Cache-Control", "public, max-age=300");
    const auto known = _socket.head().field("If-None-Match");
    if (!known || !tagMatches(*known, tag))
        return sendWhole(answer, bytes);
    auto unchanged = http::ApiResponse::complete(304, answer.contentType(), {});
    for (const auto& [name, value] : answer.headers())
        unchanged.header(name, value);
    return sendWhole(unchanged, bytes);
}

int ResponseWriter::sendStream(const http::ApiResponse& answer)
{
    if (!_state.streams.tryEnter(_state.limits.streams))
        return send(http::ApiResponse::error(503, "too many streams are open; try again later")
                        .header("Retry-After", retryAfter));
    const auto leave = [this](void*) {
        _state.streams.leave();
    };
    const std::unique_ptr<void, decltype(leave)> entered(this, leave);
    prepare(answer);
    if (_socket.head().http10)
        _response.setKeepAlive(false);
    else
        _response.setChunkedTransferEncoding(true);
    std::ostream& out = _response.send();
    out.flush();
    if (!_socket.head().isHead) {
        const auto queue = std::make_shared<StreamQueue>(streamBacklog);
        std::get<http::ApiResponse::Stream>(answer.body())(queue);
        pump(*queue, out);
        queue->close();
    }
    return answer.status();
}

void ResponseWriter::pump(StreamQueue& queue, std::ostream& out)
{
    std::string chunk;
    for (;;) {
        const auto state = queue.take(chunk, streamSlice);
        _socket.extendDeadline(std::chrono::steady_clock::now() + _state.limits.request());
        if (!chunk.empty())
            out.write(chunk.data(), static_cast<std::streamsize>(chunk.size())).flush();
        if (state == StreamQueue::State::overflow)
            _state.metrics.dropped("slow-stream");
        if (state == StreamQueue::State::overflow || !out || _socket.clientGone()) {
            _socket.abandon();
            return;
        }
        if (state == StreamQueue::State::ended || _state.stopping)
            return;
    }
}

} // namespace waymark::httpapi
