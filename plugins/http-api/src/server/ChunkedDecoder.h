#pragma once

#include "server/Refusal.h"
#include "server/SecretBuffer.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace waymark::httpapi
{

/// Decodes a chunked body (RFC 9112 section 7.1) that arrives piece by piece, strictly: CRLF only, sizes of
/// at most 8 hex digits, chunk extensions and trailers checked, bounded and dropped. Without I/O.
class ChunkedDecoder
{
public:
    explicit ChunkedDecoder(std::size_t limit) : _limit(limit) {}

    /// Takes what it can from `input` and appends the body's bytes to `body`. True when the body is complete;
    /// what stays in `input` then is the next request. 400 for broken framing, 413 over the limit.
    Answered<bool> decode(SecretBuffer& input, SecretBuffer& body);

private:
    enum class State
    {
        size,
        data,
        dataEnd,
        trailer,
        done
    };

    Answered<bool> takeSize(SecretBuffer& input);
    Answered<bool> takeData(SecretBuffer& input, SecretBuffer& body);
    Answered<bool> takeDataEnd(SecretBuffer& input);
    Answered<bool> takeTrailer(SecretBuffer& input);

    std::size_t _limit;
    std::size_t _decoded = 0;
    std::size_t _left = 0;     ///< of the chunk that is being read
    std::size_t _overhead = 0; ///< bytes of extensions and trailers so far
    State _state = State::size;
};

} // namespace waymark::httpapi
