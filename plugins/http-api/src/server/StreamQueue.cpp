#include "server/StreamQueue.h"

#include <utility>

namespace waymark::httpapi
{

bool StreamQueue::write(std::string_view chunk)
{
    const std::lock_guard lock(_mutex);
    if (_state != State::open)
        return false;
    if (chunk.size() > _limit - _waiting.size())
        _state = State::overflow;
    else
        _waiting.append(chunk);
    _changed.notify_all();
    return _state == State::open;
}

void StreamQueue::end()
{
    const std::lock_guard lock(_mutex);
    if (_state == State::open)
        _state = State::ended;
    _changed.notify_all();
}

bool StreamQueue::open() const noexcept
{
    const std::lock_guard lock(_mutex);
    return _state == State::open;
}

StreamQueue::State StreamQueue::take(std::string& out, std::chrono::milliseconds wait)
{
    std::unique_lock lock(_mutex);
    _changed.wait_for(lock, wait, [this] { return !_waiting.empty() || _state != State::open; });
    out = std::exchange(_waiting, {});
    return _state;
}

void StreamQueue::close() noexcept
{
    const std::lock_guard lock(_mutex);
    if (_state == State::open)
        _state = State::ended;
}

} // namespace waymark::httpapi
