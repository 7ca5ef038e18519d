#pragma once

#include <waymark/base/Clock.h>
#include <waymark/base/Random.h>

#include <cstdint>
#include <string_view>

namespace waymark::testkit::sim
{

/// Random numbers that are the same wherever the seed is (splitmix64). Streams of different names are
/// independent: who draws more from one does not change what another one gives. One thread; never for keys
/// that anybody relies on.
class SimRandom final : public Random
{
public:
    explicit SimRandom(std::uint64_t seed, std::string_view stream = {}) noexcept;

    void fill(std::span<Byte> out) override;

    std::uint64_t next() noexcept;
    /// True in `probability` of all cases; draws nothing for 0 and 1.
    bool chance(double probability) noexcept;
    /// Uniform from 0 to `longest`, both included; draws nothing for 0.
    Duration upTo(Duration longest) noexcept;

private:
    std::uint64_t _state;
};

} // namespace waymark::testkit::sim
