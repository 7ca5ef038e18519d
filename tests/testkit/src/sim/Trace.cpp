#include "sim/Mix.h"

#include <waymark/testkit/sim/Trace.h>

#include <array>
#include <cstdio>

namespace waymark::testkit::sim
{

void Trace::add(Duration at, std::uint64_t first, std::uint64_t second) noexcept
{
    constexpr std::uint64_t factor = 0xc4ceb9fe1a85ec53U;
    const auto time = static_cast<std::uint64_t>(at.count());
    _hash = mix(_hash * factor + mix(first + time * factor) + second);
    ++_events;
}

void Trace::note(Duration at, std::string_view text)
{
    add(at, text.size(), digestOf(asBytes(text)));
    if (_sink)
        line(at, std::string(text));
}

void Trace::line(Duration at, const std::string& text) const
{
    std::array<char, 32> time{};
    std::snprintf(time.data(), time.size(), "%14.6f ", std::chrono::duration<double>(at).count());
    _sink(time.data() + text);
}

} // namespace waymark::testkit::sim
