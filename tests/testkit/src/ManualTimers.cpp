#include <waymark/testkit/ManualTimers.h>

#include <algorithm>
#include <utility>

namespace waymark::testkit
{

ManualTimers::ManualTimers(ManualClock& clock) : _clock(clock) {}

Subscription ManualTimers::after(Duration delay, std::function<void()> function)
{
    return add(delay, Duration::zero(), std::move(function));
}

Subscription ManualTimers::every(Duration interval, std::function<void()> function)
{
    return add(interval, interval, std::move(function));
}

Subscription ManualTimers::add(Duration delay, Duration interval, std::function<void()> function)
{
    auto timer = std::make_shared<Timer>(Timer{interval, std::move(function)});
    const std::lock_guard lock(_mutex);
    _timetable.emplace(_clock.now() + delay, timer);
    return Subscription([this, timer] {
        const std::lock_guard cancelling(_mutex);
        timer->interval = Duration::zero();
        std::erase_if(_timetable, [&](const auto& entry) { return entry.second == timer; });
    });
}

std::shared_ptr<ManualTimers::Timer> ManualTimers::takeDue(MonotonicTime until)
{
    const std::lock_guard lock(_mutex);
    if (_timetable.empty() || _timetable.begin()->first > until)
        return nullptr;
    const auto [due, timer] = *_timetable.begin();
    _timetable.erase(_timetable.begin());
    _clock.advance(std::max(due - _clock.now(), Duration::zero()));
    if (timer->interval > Duration::zero())
        _timetable.emplace(due + timer->interval, timer);
    return timer;
}

void ManualTimers::advance(Duration duration)
{
    const MonotonicTime until = _clock.now() + duration;
    while (const auto timer = takeDue(until))
        timer->function();
    _clock.advance(until - _clock.now());
}

} // namespace waymark::testkit
