#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace waymark::soak
{

/// What this process has of the system at one time.
struct Vital
{
    std::chrono::seconds at{};
    std::size_t residentKib = 0;
    std::size_t descriptors = 0;
    std::size_t threads = 0;
};

Vital measure(std::chrono::seconds at);

/// Measurements over a run, and whether they stayed flat: the last third is held against the middle one,
/// since the first fills what is bounded.
class Vitals
{
public:
    void add(Vital vital) { _all.push_back(vital); }
    const std::vector<Vital>& all() const noexcept { return _all; }

    /// What grew; empty: nothing did, or there are too few measurements to say so.
    std::vector<std::string> growth() const;

private:
    std::vector<Vital> _all;
};

} // namespace waymark::soak
