#include "server/StreamQueue.h"

#include <utility>

namespace waymark::httpapi
{

StreamQueue::StreamQueue(Shared shared, ConnectionId connection, std::size_t limit)
    : _shared(std::move(shared)), _connection(connection), _limit(limit)
{
}

StreamQueue::~StreamQueue()
{
    _shared.held->subtract(_waiting.size());
}

bool StreamQueue::write(std::string_view chunk)
{
    bool news = false;
    bool open = false;
    {
        const std::lock_guard lock(_mutex);
        if (_state != State::open)
            return false;
        // A stream of which nothing waits may have one chunk even when memory is short.
        const bool shortOfMemory = !_waiting.empty() && _shared.held->full();
        if (shortOfMemory || chunk.size() > _limit - _waiting.size()) {
            _state = State::overflow;
            _told = false; // the front may wait for the client, and shall not any longer
        } else {
            _waiting.append(chunk);
            _shared.held->add(chunk.size());
        }
        open = _state == State::open;
        news = !std::exchange(_told, true);
    }
    tell(news);
    return open;
}

void StreamQueue::end()
{
    bool news = false;
    {
        const std::lock_guard lock(_mutex);
        if (_state == State::open) {
            _state = State::ended;
            news = !std::exchange(_told, true);
        }
    }
    tell(news);
}

void StreamQueue::tell(bool news) noexcept
{
    if (!news)
        return;
    if (const auto front = _shared.front.lock())
        front->post(_connection);
}

bool StreamQueue::open() const noexcept
{
    const std::lock_guard lock(_mutex);
    return _state == State::open;
}

StreamQueue::State StreamQueue::take(std::string& out) noexcept
{
    const std::lock_guard lock(_mutex);
    _told = false;
    out = std::exchange(_waiting, {});
    _shared.held->subtract(out.size());
    return _state;
}

bool StreamQueue::overflowed() const noexcept
{
    const std::lock_guard lock(_mutex);
    return _state == State::overflow;
}

void StreamQueue::close() noexcept
{
    const std::lock_guard lock(_mutex);
    if (_state == State::open)
        _state = State::ended;
}

void StreamQueue::abandon() noexcept
{
    close();
    std::string rest;
    take(rest);
}

} // namespace waymark::httpapi
