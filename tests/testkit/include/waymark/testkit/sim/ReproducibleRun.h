#pragma once

#include <cstdint>
#include <string>

namespace waymark::testkit::sim
{

/// The seed of a run, and how to have the same run again. Stands first in a test:
///
///     const sim::ReproducibleRun run;
///     sim::Simulation simulation(run);
///
/// WAYMARK_SIM_SEED sets the seed; a number, or "random" for another one each time. WAYMARK_SIM_TRACE names a
/// file that gets a line for every event. When an exception, such as a failed assertion, leaves the scope,
/// the seed and the command that repeats the run go to standard error.
class ReproducibleRun
{
public:
    /// `seed`: where the environment sets none. std::invalid_argument when it sets one that is no number.
    explicit ReproducibleRun(std::uint64_t seed = 1);
    ReproducibleRun(const ReproducibleRun&) = delete;
    ReproducibleRun& operator=(const ReproducibleRun&) = delete;
    ~ReproducibleRun();

    std::uint64_t seed() const noexcept { return _seed; }
    /// Empty: none is wanted.
    const std::string& traceFile() const noexcept { return _traceFile; }
    /// What to type into a shell.
    std::string command() const;

private:
    std::uint64_t _seed;
    std::string _traceFile;
    int _exceptions;
};

} // namespace waymark::testkit::sim
