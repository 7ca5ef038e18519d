#include "server/RequestSocket.h"

#include "server/ChunkedDecoder.h"

#include <waymark/http/ApiResponse.h>

#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/NetException.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <poll.h>
#include <sys/socket.h>
#include <variant>

namespace waymark::httpapi
{

namespace
{

using namespace std::chrono_literals;

constexpr std::size_t readSize = 4096; // at a time
constexpr auto idleSlice = 100ms;      // how soon an idle connection sees that it should end
constexpr auto pressedTime = 2s;       // for a request to arrive while others wait for a thread
constexpr auto lingerTime = 500ms;     // how long a refused client may go on sending
constexpr std::size_t lingerBytes = 1U << 20U;
constexpr int gone = 0; // the status of a refusal that nobody is there to read

bool again(int error) noexcept
{
    return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

} // namespace

RequestSocket::RequestSocket(poco_socket_t descriptor, std::shared_ptr<ServerState> state)
    : StreamSocketImpl(descriptor), _state(std::move(state)), _counted(_state->connections)
{
}

bool RequestSocket::poll(const Poco::Timespan& timeout, int mode)
{
    if ((mode & SELECT_READ) == 0)
        return StreamSocketImpl::poll(timeout, mode);
    return nextRequest();
}

bool RequestSocket::nextRequest()
{
    if (!_bodyRead || _abandoned || !awaitFirstByte())
        return false;
    _started = std::chrono::steady_clock::now();
    _deadline = _started + _state->limits.request();
    const auto head = readHead();
    if (!head) {
        const bool left = head.error().status == gone && _input.empty(); // between requests, as it may
        if (!left)
            _state->metrics.dropped(head.error().reason);
        if (head.error().status != gone)
            answerRefusal(head.error());
        return false;
    }
    _bodyRead = !_head.hasBody();
    return true;
}

/// Waits for a client that has not begun its request; nothing is answered when it never does.
bool RequestSocket::awaitFirstByte()
{
    const bool first = std::exchange(_first, false);
    if (!_input.empty())
        return !_state->stopping;
    const auto begun = std::chrono::steady_clock::now();
    const auto until = begun + (first ? _state->limits.request() : _state->limits.keepAlive());
    while (!_state->stopping) {
        const auto now = std::chrono::steady_clock::now();
        if (waitFor(POLLIN, std::min(until, now + idleSlice)))
            return true;
        const bool givesWay =
            (!first || std::chrono::steady_clock::now() >= begun + pressedTime) && _state->othersWait();
        if (!givesWay && std::chrono::steady_clock::now() < until)
            continue;
        if (first)
            _state->metrics.dropped("silent");
        return false;
    }
    return false;
}

Answered<bool> RequestSocket::readHead()
{
    _scanner.reset();
    for (;;) {
        // An empty line before a request is forgiven (RFC 9112 section 2.2).
        while (_input.view().starts_with("\r\n")) {
            _input.consume(2);
            _scanner.reset();
        }
        const auto length = _scanner.scan(_input.view());
        if (!length)
            return tl::unexpected(length.error());
        const std::size_t limit = _state->limits.head;
        if (length->value_or(_input.size()) > limit)
            return refuse(431, "the request's head has more than " + std::to_string(limit) + " bytes",
                          "head-too-large");
        if (*length) {
            forgetHead();
            _text.append(_input.view().substr(0, **length));
            _input.consume(**length);
            auto parsed = RequestHead::parse(_text.view());
            if (!parsed)
                return tl::unexpected(parsed.error());
            _head = std::move(*parsed);
            _replay = _head.withoutContent();
            return true;
        }
        if (auto more = needMore(_input, readSize); !more)
            return tl::unexpected(more.error());
    }
}

void RequestSocket::forgetHead() noexcept
{
    _head = {};
    _text.wipe();
    _replay.clear();
    _replayed = 0;
}

Answered<SecretBuffer> RequestSocket::readBody(std::size_t limit)
{
    SecretBuffer body;
    if (_bodyRead)
        return body;
    if (_head.contentLength && *_head.contentLength > limit)
        return refuse(413, "the body has more than " + std::to_string(limit) + " bytes", "body-too-large");
    if (_head.expectsContinue && _input.empty()) {
        constexpr std::string_view proceed = "HTTP/1.1 100 Continue\r\n\r\n";
        sendBytes(proceed.data(), static_cast<int>(proceed.size()), 0);
    }
    const auto read = _head.chunked ? readChunkedBody(body, limit)
                                    : readPlainBody(body, static_cast<std::size_t>(*_head.contentLength));
    if (!read)
        return tl::unexpected(read.error());
    _bodyRead = true;
    return body;
}

Answered<void> RequestSocket::readPlainBody(SecretBuffer& body, std::size_t length)
{
    body.reserve(length);
    const std::size_t there = std::min(length, _input.size());
    body.append(_input.view().substr(0, there));
    _input.consume(there);
    while (body.size() < length)
        if (auto more = needMore(body, length - body.size()); !more)
            return more;
    return {};
}

Answered<void> RequestSocket::readChunkedBody(SecretBuffer& body, std::size_t limit)
{
    ChunkedDecoder decoder(limit);
    for (;;) {
        const auto complete = decoder.decode(_input, body);
        if (!complete)
            return tl::unexpected(complete.error());
        if (*complete)
            return {};
        if (auto more = needMore(_input, readSize); !more)
            return more;
    }
}

Answered<void> RequestSocket::needMore(SecretBuffer& into, std::size_t most)
{
    switch (receive(into, most)) {
    case Received::bytes:
        return {};
    case Received::timeout:
        return refuse(408, "the request did not arrive in time", "slow");
    case Received::end:
        break;
    }
    return refuse(gone, "the client closed the connection", "cut-off");
}

RequestSocket::Received RequestSocket::receive(SecretBuffer& into, std::size_t most)
{
    for (;;) {
        // Looked at before the bytes: a client that never pauses has no more time than any other.
        const auto now = std::chrono::steady_clock::now();
        if (now >= _deadline || (now >= _started + pressedTime && _state->othersWait()))
            return Received::timeout;
        if (!waitFor(POLLIN, std::min(_deadline, now + idleSlice))) {
            if (_state->stopping) // what has not arrived by now has not been begun
                return Received::end;
            continue;
        }
        const auto space = into.prepare(most);
        const auto count = ::recv(sockfd(), space.data(), space.size(), MSG_DONTWAIT);
        if (count > 0) {
            into.commit(static_cast<std::size_t>(count));
            return Received::bytes;
        }
        if (count == 0 || !again(errno))
            return Received::end;
    }
}

int RequestSocket::receiveBytes(void* buffer, int length, int)
{
    const std::size_t count = std::min(_replay.size() - _replayed, static_cast<std::size_t>(length));
    std::memcpy(buffer, _replay.data() + _replayed, count);
    _replayed += count;
    return static_cast<int>(count);
}

int RequestSocket::sendBytes(const void* buffer, int length, int)
{
    std::string_view rest(static_cast<const char*>(buffer), static_cast<std::size_t>(length));
    while (!rest.empty()) {
        if (_abandoned)
            throw Poco::Net::ConnectionAbortedException("the answer was cut off");
        const auto count = ::send(sockfd(), rest.data(), rest.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (count > 0) {
            rest.remove_prefix(static_cast<std::size_t>(count));
        } else if (!again(errno) || !waitFor(POLLOUT, _deadline)) {
            _state->metrics.dropped("unread-answer");
            _abandoned = true;
        }
    }
    return length;
}

void RequestSocket::abandon() noexcept
{
    _abandoned = true;
}

bool RequestSocket::clientGone()
{
    pollfd entry{sockfd(), POLLRDHUP, 0};
    return ::poll(&entry, 1, 0) > 0;
}

void RequestSocket::close()
{
    if (initialized() && (!_bodyRead || !_input.empty()) && !_abandoned)
        linger();
    _input.wipe();
    forgetHead();
    StreamSocketImpl::close();
    _counted.leave();
}

/// True when one of the events, or an error, is there; false when time is up.
bool RequestSocket::waitFor(short events, Time until) const
{
    for (;;) {
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
        pollfd entry{sockfd(), events, 0};
        const int ready = ::poll(&entry, 1, static_cast<int>(std::max<std::int64_t>(0, left.count())));
        if (ready > 0)
            return true;
        if (ready == 0 && left.count() <= 0)
            return false;
        if (ready < 0 && errno != EINTR)
            return true; // the following call says what is wrong
    }
}

void RequestSocket::answerRefusal(const Refusal& refusal)
{
    const auto response = http::ApiResponse::error(refusal.status, refusal.message);
    const auto& body = std::get<std::string>(response.body());
    const auto status = static_cast<Poco::Net::HTTPResponse::HTTPStatus>(refusal.status);
    const std::string answer =
        "HTTP/1.1 " + std::to_string(refusal.status) + ' ' +
        Poco::Net::HTTPResponse::getReasonForStatus(status) + "\r\nContent-Type: " + response.contentType() +
        "\r\nContent-Length: " + std::to_string(body.size()) + "\r\nConnection: close\r\n\r\n" + body;
    _state->metrics.answered("unmatched", "other", refusal.status,
                             std::chrono::steady_clock::now() - _started);
    try {
        extendDeadline(std::chrono::steady_clock::now() + lingerTime);
        sendBytes(answer.data(), static_cast<int>(answer.size()), 0);
        linger();
    } catch (const Poco::Exception&) {
        _state->metrics.dropped("unread-answer");
    }
}

/// Closing while the client still sends would reset the connection and may destroy the answer on its way, so
/// the rest is thrown away for a moment (RFC 9112 section 9.6), inside the kernel: it may hold a secret.
void RequestSocket::linger() noexcept
{
    _input.wipe();
    forgetHead();
    ::shutdown(sockfd(), SHUT_WR);
    const auto until = std::chrono::steady_clock::now() + lingerTime;
    for (std::size_t total = 0; total < lingerBytes && waitFor(POLLIN, until);) {
        const auto count = ::recv(sockfd(), nullptr, readSize, MSG_TRUNC | MSG_DONTWAIT);
        if (count > 0)
            total += static_cast<std::size_t>(count);
        else if (count == 0 || !again(errno))
            return;
    }
}

} // namespace waymark::httpapi
