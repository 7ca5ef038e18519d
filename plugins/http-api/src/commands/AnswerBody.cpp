#include "commands/AnswerBody.h"

#include "server/ChunkedDecoder.h"
#include "server/SecretBuffer.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <ios>
#include <istream>
#include <limits>
#include <optional>
#include <streambuf>

namespace waymark::httpapi
{

namespace
{

tl::unexpected<Error> brokeOff()
{
    return failure(ErrorCode::unavailable, "the answer broke off");
}

} // namespace

void AnswerHead::read(std::istream& in)
{
    constexpr int noContent = 204;
    constexpr int notModified = 304;
    HTTPResponse::read(in);
    _isChunked = getChunkedTransferEncoding();
    if (!_isChunked)
        return;
    setChunkedTransferEncoding(false);
    setContentLength(UNKNOWN_CONTENT_LENGTH); // chunks count
    _isChunked = getStatus() != noContent && getStatus() != notModified;
}

Result<std::string> AnswerBody::whole()
{
    std::string body;
    const auto read = stream([&body](std::string_view bytes) {
        body.append(bytes.substr(0, largest + 1 - body.size()));
        return body.size() <= largest;
    });
    if (body.size() > largest)
        return failure(ErrorCode::tooLarge, "the answer is larger than 64 MB");
    if (!read)
        return failure(read.error());
    if (_head.hasContentLength() && static_cast<std::uint64_t>(_head.getContentLength64()) != body.size())
        return brokeOff();
    return body;
}

Result<void> AnswerBody::stream(const Take& take)
{
    if (_head.isChunked())
        return streamChunks(take);
    read(take);
    return {};
}

Result<void> AnswerBody::streamChunks(const Take& take)
{
    enum class End : std::uint8_t
    {
        none,
        whole,
        enough,
        broken
    };
    ChunkedDecoder decoder(std::numeric_limits<std::size_t>::max());
    SecretBuffer input;
    SecretBuffer decoded;
    End end = End::none;
    read([&](std::string_view bytes) {
        input.append(bytes);
        const auto isWhole = decoder.decode(input, decoded);
        const bool goesOn = decoded.empty() || take(decoded.view());
        decoded.consume(decoded.size());
        if (!isWhole)
            end = End::broken;
        else if (*isWhole)
            end = End::whole;
        else if (!goesOn)
            end = End::enough;
        return end == End::none;
    });
    if (end == End::broken)
        return failure(ErrorCode::corrupt, "the answer comes in chunks that are none");
    return end == End::none ? Result<void>(brokeOff()) : Result<void>();
}

void AnswerBody::read(const Take& take)
{
    std::array<char, 16384> part{};
    std::streambuf& buffer = *_in.rdbuf();
    while (buffer.sgetc() != std::char_traits<char>::eof()) {
        const auto ready = std::clamp<std::streamsize>(buffer.in_avail(), 1, part.size());
        const auto count = buffer.sgetn(part.data(), ready);
        if (!take(std::string_view(part.data(), static_cast<std::size_t>(count))))
            return;
    }
}

} // namespace waymark::httpapi
