#include "io/Bans.h"

#include <algorithm>

namespace waymark::discv4::io
{

namespace
{

constexpr unsigned half = 32;

/// Of a hash, what its place in the table does not say.
std::uint32_t tagOf(std::uint64_t hash) noexcept
{
    return static_cast<std::uint32_t>(hash >> half);
}

std::uint32_t endOf(std::uint64_t slot) noexcept
{
    return static_cast<std::uint32_t>(slot);
}

} // namespace

Bans::Bans(std::uint64_t seed, const BanRule& rule, MonotonicTime start)
    : _hash(seed),
      _refusals(~seed, rule.refusals),
      _start(start),
      _table(std::make_unique<std::atomic<std::uint64_t>[]>(slots))
{
    setRule(rule);
}

void Bans::setRule(const BanRule& rule) noexcept
{
    _refusals.setRate(rule.refusals);
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(rule.time).count();
    _seconds.store(static_cast<std::uint32_t>(seconds), std::memory_order_relaxed);
}

std::uint32_t Bans::secondsAt(MonotonicTime now) const noexcept
{
    return static_cast<std::uint32_t>(std::chrono::floor<std::chrono::seconds>(now - _start).count());
}

bool Bans::refused(const node::IpAddress& ip, MonotonicTime now) noexcept
{
    const std::uint32_t seconds = _seconds.load(std::memory_order_relaxed);
    if (seconds == 0 || _refusals.allow(ip, now))
        return false;
    const std::uint64_t hash = _hash(ip);
    const std::uint32_t second = secondsAt(now);
    const std::uint64_t banned = std::uint64_t{tagOf(hash)} << half | (second + seconds);
    const std::uint64_t before = _table[hash % slots].exchange(banned, std::memory_order_relaxed);
    return tagOf(before) != tagOf(hash) || second >= endOf(before);
}

bool Bans::isBanned(const node::IpAddress& ip, MonotonicTime now) const noexcept
{
    if (_seconds.load(std::memory_order_relaxed) == 0)
        return false;
    const std::uint64_t hash = _hash(ip);
    const std::uint64_t slot = _table[hash % slots].load(std::memory_order_relaxed);
    return slot >> half == tagOf(hash) && secondsAt(now) < endOf(slot);
}

std::size_t Bans::count(MonotonicTime now) const noexcept
{
    const std::uint32_t second = secondsAt(now);
    return static_cast<std::size_t>(std::count_if(_table.get(), _table.get() + slots, [&](const auto& slot) {
        return second < endOf(slot.load(std::memory_order_relaxed));
    }));
}

} // namespace waymark::discv4::io
