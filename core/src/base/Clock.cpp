#include <waymark/base/Clock.h>

namespace waymark
{

std::uint64_t Clock::unixSeconds() const noexcept
{
    const auto since = std::chrono::duration_cast<std::chrono::seconds>(wallNow().time_since_epoch()).count();
    return since < 0 ? 0 : static_cast<std::uint64_t>(since);
}

std::uint64_t Clock::unixMilliseconds() const noexcept
{
    const auto since =
        std::chrono::duration_cast<std::chrono::milliseconds>(wallNow().time_since_epoch()).count();
    return since < 0 ? 0 : static_cast<std::uint64_t>(since);
}

MonotonicTime SystemClock::now() const noexcept
{
    return std::chrono::steady_clock::now();
}

WallTime SystemClock::wallNow() const noexcept
{
    return std::chrono::system_clock::now();
}

} // namespace waymark
