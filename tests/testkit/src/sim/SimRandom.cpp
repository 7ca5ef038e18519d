#include "sim/Mix.h"

#include <waymark/testkit/sim/SimRandom.h>

#include <algorithm>

namespace waymark::testkit::sim
{

SimRandom::SimRandom(std::uint64_t seed, std::string_view stream) noexcept
    : _state(mix(seed ^ digestOf(asBytes(stream))))
{
}

std::uint64_t SimRandom::next() noexcept
{
    _state += 0x9e3779b97f4a7c15U;
    return mix(_state);
}

void SimRandom::fill(std::span<Byte> out)
{
    while (!out.empty()) {
        const std::uint64_t word = next();
        const std::size_t size = std::min(out.size(), sizeof word);
        std::memcpy(out.data(), &word, size);
        out = out.subspan(size);
    }
}

bool SimRandom::chance(double probability) noexcept
{
    if (probability <= 0)
        return false;
    if (probability >= 1)
        return true;
    constexpr double scale = 0x1p-53;
    return static_cast<double>(next() >> 11) * scale < probability;
}

Duration SimRandom::upTo(Duration longest) noexcept
{
    if (longest <= Duration::zero())
        return Duration::zero();
    // The modulo prefers short durations by one in billions, which no simulation can see.
    return Duration(static_cast<Duration::rep>(next() % (static_cast<std::uint64_t>(longest.count()) + 1)));
}

} // namespace waymark::testkit::sim
