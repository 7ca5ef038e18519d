#pragma once

#include <waymark/base/Clock.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

namespace waymark::http
{

class ApiResponse;

/// Takes the answer of a handler that needs longer. Exactly one call counts, from any thread; later ones and
/// ones after the request's deadline or disconnection are ignored. Copies share the one answer.
using Responder = std::function<void(ApiResponse)>;

/// For an answer that is meant to come late, because something has to happen first.
struct Patience
{
    Duration time{0}; ///< how long its client waits, beyond the time that every request has
    /// Released when nobody waits for the answer any more: it was given, or its client has left.
    std::shared_ptr<void> client;
};

/// The writing end of a streamed answer; any thread. Writers never block: what does not fit into the
/// connection's bounded queue ends the stream. A writer that must lose nothing waits until what it wrote is
/// drained.
class StreamSink
{
public:
    virtual ~StreamSink() = default;
    /// False when the client is gone or too slow; the stream is over then.
    virtual bool write(std::string_view chunk) = 0;
    virtual void end() = 0;
    virtual bool open() const noexcept = 0;
    /// True when nothing that was written waits for the client.
    virtual bool drained() const noexcept = 0;
    /// Calls `function`, brief and on any thread, whenever what was written is drained, and when the stream
    /// is over. Set once, before the first write.
    virtual void onDrained(std::function<void()> function) = 0;
};

/// The answer to one request: complete, coming later, streamed, or a static asset.
class ApiResponse
{
public:
    using Headers = std::map<std::string, std::string>;
    using Start = std::function<void(Responder)>;
    using Stream = std::function<void(std::shared_ptr<StreamSink>)>;

    /// A whole answer. One to GET with status 200 and an ETag becomes 304 where the client knows that.
    static ApiResponse complete(int status, std::string contentType, std::string body);
    /// As complete() with application/json.
    static ApiResponse json(int status, std::string body);
    /// {"error": "..."}; the message is escaped.
    static ApiResponse error(int status, std::string_view message);
    /// The answer comes through the responder that `start` is given. `start` runs on the request's thread
    /// right after the handler returned.
    static ApiResponse later(Start start, Patience patience = {});
    /// Status and type go out at once, the body through the sink, until it is ended.
    static ApiResponse stream(int status, std::string contentType, Stream start);
    /// Bytes with static storage, sent with an ETag and Cache-Control; conditional requests get 304.
    static ApiResponse asset(std::string contentType, std::string_view bytes);

    ApiResponse& header(std::string name, std::string value);
    /// The id of the peer that a request to change something is about, for the audit log: where its path does
    /// not name it. It was parsed; a client's text may be a secret.
    ApiResponse& about(std::string peer);

    struct Asset
    {
        std::string_view bytes;
    };
    using Body = std::variant<std::string, Start, Stream, Asset>;

    int status() const noexcept { return _status; }
    const std::string& contentType() const noexcept { return _contentType; }
    const Headers& headers() const noexcept { return _headers; }
    const Body& body() const noexcept { return _body; }
    const Patience& patience() const noexcept { return _patience; }
    /// Empty where about() was not called.
    const std::string& peer() const noexcept { return _peer; }

private:
    ApiResponse(int status, std::string contentType, Body body);

    int _status;
    std::string _contentType;
    Headers _headers;
    Body _body;
    Patience _patience;
    std::string _peer;
};

} // namespace waymark::http
