#pragma once

#include <waymark/base/Bytes.h>

#include <cstdint>
#include <istream>
#include <optional>
#include <string>

namespace waymark::discv4::decode
{

/// A stream of bytes that knows where it is. One thread.
class ByteStream
{
public:
    /// `in` outlives it.
    explicit ByteStream(std::istream& in) noexcept : _in(in) {}

    /// The next bytes, fewer than `size` only where the stream ends. Waits for a pipe.
    Bytes read(std::size_t size);
    /// As read(), but they come once more.
    const Bytes& peek(std::size_t size);

    /// A line without its end, nothing at the end of the stream. One that is longer comes in pieces.
    std::optional<std::string> line(std::size_t longest);

    /// How many were read so far.
    std::uint64_t offset() const noexcept { return _offset; }

private:
    std::istream& _in;
    Bytes _peeked;
    std::uint64_t _offset = 0;
};

} // namespace waymark::discv4::decode
