#pragma once

#include "server/ChunkedDecoder.h"
#include "server/Refusal.h"
#include "server/RequestHead.h"
#include "server/SecretBuffer.h"
#include "server/ServerState.h"

#include <waymark/base/Bytes.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace waymark::httpapi
{

/// Makes requests, one after another, of the bytes of one connection. Without I/O; wipes what it lets go of.
class RequestIntake
{
public:
    enum class Stage : std::uint8_t
    {
        empty,  ///< no byte of a request, at most empty lines (RFC 9112 section 2.2)
        head,   ///< a part of its head
        body,   ///< its head and not all of its body
        ready,  ///< it is whole, or its body waits to be asked for, or will be refused
        refused ///< what came is no request: refusal() is the answer
    };

    Stage stage() const noexcept { return _stage; }
    /// Of a request that has one; its views are valid until next().
    const RequestHead& head() const noexcept { return _head; }
    const Refusal& refusal() const noexcept { return _refusal; }
    /// True when the method is HEAD, whose answers have no body; also of what is no request otherwise.
    bool asksForHead() const noexcept;

    /// Where to put what is received next; received() makes it part of the request, as far as it goes.
    std::span<Byte> space();
    void received(std::size_t count, const Limits& limits);
    /// Looks at bytes that came with an earlier request.
    void advance(const Limits& limits);

    /// True when the client sends its body once it is told to (RFC 9110 section 10.1.1).
    bool bodyWaits() const noexcept { return _bodyWaits; }
    /// The client was told: back to Stage::body.
    void expectBody() noexcept;
    /// Gives up on a body; the request is ready, and takeBody() says this.
    void refuseBody(Refusal refusal);
    /// Of a ready request whose body does not wait.
    Answered<SecretBuffer> takeBody();
    /// False while bytes of the current request are unread: none can follow it then.
    bool finished() const noexcept { return _finished; }
    /// The client may be sending more, which nobody will read.
    void markUnfinished() noexcept { _finished = false; }

    /// Overwrites the current request; no other follows.
    void wipe() noexcept;
    /// Overwrites the current request and makes way for what came behind it.
    void next() noexcept;
    /// True when there are bytes behind the current request.
    bool hasMore() const noexcept { return !_input.empty(); }
    /// Gives memory back that holds nothing; forgets everything with `all`.
    void release(bool all = false) noexcept;
    /// Bytes of memory.
    std::size_t held() const noexcept { return _input.capacity() + _body.capacity() + _text.capacity(); }

private:
    void takeHead(const Limits& limits);
    void parseHead(std::size_t length, const Limits& limits);
    void beginBody(const Limits& limits);
    void takePlainBody();
    void takeChunks();
    void refuse(Refusal refusal);
    void ready(bool finished) noexcept;
    std::size_t missing() const noexcept;

    Stage _stage = Stage::empty;
    SecretBuffer _input;  ///< received and not yet used
    HeadScanner _scanner; ///< of _input
    SecretBuffer _text;   ///< the current head, which _head looks into
    RequestHead _head;
    SecretBuffer _body;
    std::optional<ChunkedDecoder> _decoder;
    std::optional<Refusal> _bodyRefusal;
    Refusal _refusal;
    bool _bodyWaits = false;
    bool _finished = true;
};

} // namespace waymark::httpapi
