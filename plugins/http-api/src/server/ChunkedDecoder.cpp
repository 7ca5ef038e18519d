#include "server/ChunkedDecoder.h"

#include "server/RequestHead.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace waymark::httpapi
{

namespace
{

constexpr std::size_t maximumLine = 256;
constexpr std::size_t maximumOverhead = 8192;
constexpr std::size_t maximumSizeDigits = 8;
constexpr std::string_view malformed = "malformed";

tl::unexpected<Refusal> broken()
{
    return refuse(400, "the chunked body is broken: each chunk is its size in hex, CRLF, the bytes, CRLF",
                  malformed);
}

/// The length of the line at the front without its CRLF; nothing when it is not complete yet.
Answered<std::optional<std::size_t>> lineLength(std::string_view input)
{
    const std::size_t end = input.substr(0, maximumLine).find('\n');
    if (end == std::string_view::npos) {
        if (input.size() >= maximumLine)
            return broken();
        return std::nullopt;
    }
    if (end == 0 || input[end - 1] != '\r')
        return broken();
    return end - 1;
}

} // namespace

Answered<bool> ChunkedDecoder::decode(SecretBuffer& input, SecretBuffer& body)
{
    Answered<bool> progress = true;
    while (progress && *progress && _state != State::done) {
        switch (_state) {
        case State::size:
            progress = takeSize(input);
            break;
        case State::data:
            progress = takeData(input, body);
            break;
        case State::dataEnd:
            progress = takeDataEnd(input);
            break;
        case State::trailer:
            progress = takeTrailer(input);
            break;
        case State::done:
            break;
        }
    }
    if (!progress)
        return progress;
    return _state == State::done;
}

Answered<bool> ChunkedDecoder::takeSize(SecretBuffer& input)
{
    const auto length = lineLength(input.view());
    if (!length)
        return tl::unexpected(length.error());
    if (!*length)
        return false;
    const std::string_view line = input.view().substr(0, **length);
    const std::size_t digits = std::min(line.find_first_not_of("0123456789abcdefABCDEF"), line.size());
    std::uint64_t size = 0;
    const std::string_view extension = line.substr(digits);
    if (digits == 0 || digits > maximumSizeDigits ||
        !(extension.empty() || (extension.starts_with(';') && isPlain(extension))))
        return broken();
    std::from_chars(line.data(), line.data() + digits, size, 16);
    _overhead += extension.size();
    if (_overhead > maximumOverhead)
        return broken();
    input.consume(**length + 2);
    if (size > _limit - _decoded)
        return refuse(413, "the body has more than " + std::to_string(_limit) + " bytes", "body-too-large");
    _left = static_cast<std::size_t>(size);
    _state = size == 0 ? State::trailer : State::data;
    return true;
}

Answered<bool> ChunkedDecoder::takeData(SecretBuffer& input, SecretBuffer& body)
{
    const std::size_t count = std::min(_left, input.size());
    body.append(input.view().substr(0, count));
    input.consume(count);
    _decoded += count;
    _left -= count;
    if (_left > 0)
        return false;
    _state = State::dataEnd;
    return true;
}

Answered<bool> ChunkedDecoder::takeDataEnd(SecretBuffer& input)
{
    if (!std::string_view("\r\n").starts_with(input.view().substr(0, 2)))
        return broken();
    if (input.size() < 2)
        return false;
    input.consume(2);
    _state = State::size;
    return true;
}

Answered<bool> ChunkedDecoder::takeTrailer(SecretBuffer& input)
{
    const auto length = lineLength(input.view());
    if (!length)
        return tl::unexpected(length.error());
    if (!*length)
        return false;
    _overhead += **length;
    const bool isLast = **length == 0;
    if (_overhead > maximumOverhead || !(isLast || isFieldLine(input.view().substr(0, **length))))
        return broken();
    if (isLast)
        _state = State::done;
    input.consume(**length + 2);
    return true;
}

} // namespace waymark::httpapi
