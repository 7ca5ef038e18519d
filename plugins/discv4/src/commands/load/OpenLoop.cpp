#include "commands/load/OpenLoop.h"

#include <algorithm>

namespace waymark::discv4::load
{

namespace
{

/// How many of a load with this rate are due before `after`.
std::uint64_t dueBefore(Duration after, std::uint64_t rate)
{
    constexpr std::uint64_t second = 1'000'000'000;
    const auto time = static_cast<std::uint64_t>(std::max(after, Duration::zero()).count());
    std::uint64_t number = time / second * rate + time % second * rate / second;
    // Due times are rounded down.
    while (dueAfter(number, rate) < after)
        ++number;
    return number;
}

} // namespace

OpenLoop::OpenLoop(const Mix& mix, std::uint64_t rate, Duration duration)
    : _mix(mix), _rate(rate), _total(dueBefore(duration, rate))
{
    for (const Kind kind : everyKind)
        _next[static_cast<std::size_t>(kind)] = seek(kind, 0);
}

std::uint64_t OpenLoop::seek(Kind kind, std::uint64_t number) const
{
    if (_mix.before(kind, _total) == 0)
        return _total;
    while (number < _total && _mix.at(number) != kind)
        ++number;
    return number;
}

std::optional<Duration> OpenLoop::next(Kind kind) const
{
    const std::uint64_t number = _next[static_cast<std::size_t>(kind)];
    return number < _total ? std::optional(dueAfter(number, _rate)) : std::nullopt;
}

void OpenLoop::left(Kind kind)
{
    const auto place = static_cast<std::size_t>(kind);
    _next[place] = seek(kind, _next[place] + 1);
    ++_gone[place];
}

std::uint64_t OpenLoop::waiting(Kind kind, Duration now) const
{
    // One that is due at this very moment is due.
    const std::uint64_t due = std::min(dueBefore(now + Duration(1), _rate), _total);
    return _mix.before(kind, due) - gone(kind);
}

} // namespace waymark::discv4::load
