#include "commands/decode/ByteStream.h"

#include <algorithm>
#include <utility>

namespace waymark::discv4::decode
{

namespace
{

/// Appends up to `size` bytes of a stream, a piece at a time: what a damaged file says of sizes costs no
/// memory before the bytes are there.
void append(Bytes& out, std::istream& in, std::size_t size)
{
    constexpr std::size_t piece = 65'536;
    while (size > 0 && in) {
        const std::size_t before = out.size();
        const std::size_t wanted = std::min(size, piece);
        out.resize(before + wanted);
        void* const place = out.data() + before;
        in.read(static_cast<char*>(place), static_cast<std::streamsize>(wanted));
        const auto got = static_cast<std::size_t>(in.gcount());
        out.resize(before + got);
        size -= got;
    }
}

} // namespace

const Bytes& ByteStream::peek(std::size_t size)
{
    if (_peeked.size() < size)
        append(_peeked, _in, size - _peeked.size());
    return _peeked;
}

Bytes ByteStream::read(std::size_t size)
{
    Bytes bytes;
    if (_peeked.size() <= size) {
        bytes = std::exchange(_peeked, {});
        append(bytes, _in, size - bytes.size());
    } else {
        const auto end = _peeked.begin() + static_cast<std::ptrdiff_t>(size);
        bytes.assign(_peeked.begin(), end);
        _peeked.erase(_peeked.begin(), end);
    }
    _offset += bytes.size();
    return bytes;
}

std::optional<std::string> ByteStream::line(std::size_t longest)
{
    std::string text;
    while (text.size() < longest) {
        const Bytes next = read(1);
        if (next.empty() && text.empty())
            return std::nullopt;
        if (next.empty() || next.front() == '\n')
            break;
        text.push_back(static_cast<char>(next.front()));
    }
    return text;
}

} // namespace waymark::discv4::decode
