#pragma once

#include <cstdint>
#include <optional>
#include <random>

namespace waymark::testkit::fault
{

/// Whether something that was not synced survives a power cut: nothing does without a seed, half of it with
/// one.
class Dice
{
public:
    Dice() = default;
    explicit Dice(std::uint64_t seed) : _random(seed) {}

    bool survives() { return _random && ((*_random)() & 1U) != 0; }

private:
    std::optional<std::mt19937_64> _random;
};

} // namespace waymark::testkit::fault
