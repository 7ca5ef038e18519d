#include "server/RequestIntake.h"

#include <algorithm>
#include <string>
#include <utility>

namespace waymark::httpapi
{

namespace
{

constexpr std::size_t readSize = 4096; // at a time, and more only for a body that has proven to be longer

} // namespace

std::span<Byte> RequestIntake::space()
{
    if (_stage == Stage::body && !_decoder)
        return _body.prepare(std::min(missing(), std::max(readSize, _body.size())), _body.size() + missing());
    return _input.prepare(readSize);
}

void RequestIntake::received(std::size_t count, const Limits& limits)
{
    if (_stage == Stage::body && !_decoder)
        _body.commit(count);
    else
        _input.commit(count);
    advance(limits);
}

void RequestIntake::advance(const Limits& limits)
{
    if (_stage == Stage::empty || _stage == Stage::head)
        takeHead(limits);
    else if (_stage == Stage::body && _decoder)
        takeChunks();
    else if (_stage == Stage::body)
        takePlainBody();
}

void RequestIntake::takeHead(const Limits& limits)
{
    while (_input.view().starts_with("\r\n")) {
        _input.consume(2);
        _scanner.reset();
    }
    const auto length = _scanner.scan(_input.view());
    if (!length)
        return refuse(length.error());
    const std::size_t limit = limits.head;
    if (length->value_or(_input.size()) > limit)
        return refuse(
            {431, "the request's head has more than " + std::to_string(limit) + " bytes", "head-too-large"});
    if (*length)
        return parseHead(**length, limits);
    const bool nothing = _input.empty() || _input.view() == "\r";
    _stage = nothing ? Stage::empty : Stage::head;
}

void RequestIntake::parseHead(std::size_t length, const Limits& limits)
{
    _text.append(_input.view().substr(0, length));
    _input.consume(length);
    _scanner.reset();
    auto parsed = RequestHead::parse(_text.view());
    if (!parsed)
        return refuse(std::move(parsed.error()));
    _head = std::move(*parsed);
    beginBody(limits);
}

void RequestIntake::beginBody(const Limits& limits)
{
    if (!_head.hasBody())
        return ready(true);
    std::size_t limit = limits.body;
    if (limits.routeBody && (_head.chunked || _head.contentLength.value_or(0) > limit))
        limit = std::max(limit, limits.routeBody(_head));
    if (_head.contentLength.value_or(0) > limit)
        return refuseBody(
            {413, "the body has more than " + std::to_string(limit) + " bytes", "body-too-large"});
    if (_head.chunked)
        _decoder.emplace(limit);
    _finished = false;
    _stage = Stage::body;
    if (_head.expectsContinue && _input.empty()) {
        _bodyWaits = true;
        return ready(false);
    }
    advance(limits);
}

std::size_t RequestIntake::missing() const noexcept
{
    return static_cast<std::size_t>(_head.contentLength.value_or(0)) - _body.size();
}

void RequestIntake::takePlainBody()
{
    const std::size_t there = std::min(missing(), _input.size());
    _body.append(_input.view().substr(0, there));
    _input.consume(there);
    if (missing() == 0)
        ready(true);
}

void RequestIntake::takeChunks()
{
    const auto complete = _decoder->decode(_input, _body);
    if (!complete)
        refuseBody(complete.error());
    else if (*complete)
        ready(true);
}

bool RequestIntake::asksForHead() const noexcept
{
    return (_text.empty() ? _input : _text).view().starts_with("HEAD ");
}

void RequestIntake::expectBody() noexcept
{
    _bodyWaits = false;
    _stage = Stage::body;
}

void RequestIntake::refuseBody(Refusal refusal)
{
    _bodyRefusal = std::move(refusal);
    _body.wipe();
    ready(false);
}

Answered<SecretBuffer> RequestIntake::takeBody()
{
    if (_bodyRefusal)
        return tl::unexpected(*_bodyRefusal);
    return std::move(_body);
}

void RequestIntake::refuse(Refusal refusal)
{
    _refusal = std::move(refusal);
    _finished = false;
    _stage = Stage::refused;
}

void RequestIntake::ready(bool finished) noexcept
{
    _finished = finished;
    _stage = Stage::ready;
}

void RequestIntake::wipe() noexcept
{
    _head = {};
    _text.wipe();
    _body.wipe();
}

void RequestIntake::next() noexcept
{
    wipe();
    _decoder.reset();
    _bodyRefusal.reset();
    _bodyWaits = false;
    _finished = true;
    _stage = Stage::empty;
}

void RequestIntake::release(bool all) noexcept
{
    if (all) {
        next();
        _scanner.reset();
        _input.wipe();
    }
    for (SecretBuffer* const buffer : {&_input, &_text, &_body})
        if (buffer->empty())
            buffer->release();
}

} // namespace waymark::httpapi
