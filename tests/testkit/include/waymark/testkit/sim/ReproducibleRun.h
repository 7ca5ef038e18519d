#pragma once

#include <cstdint>
#include <memory>
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
/// the seed and the command that repeats the run go to standard error. As a member of a fixture it sees no
/// exception: there waymark-test-main tells of it, and so may any other runner, by tellOfLastRun().
class ReproducibleRun
{
public:
    /// `seed`: where the environment sets none. std::invalid_argument when it sets one that is no number.
    explicit ReproducibleRun(std::uint64_t seed = 1);
    ReproducibleRun(const ReproducibleRun&) = delete;
    ReproducibleRun& operator=(const ReproducibleRun&) = delete;
    ~ReproducibleRun();

    std::uint64_t seed() const noexcept { return *_seed; }
    /// Empty: none is wanted.
    const std::string& traceFile() const noexcept { return _traceFile; }
    /// What to type into a shell.
    std::string command() const;

private:
    friend class Simulation;

    std::shared_ptr<const std::uint64_t> _seed;
    std::string _traceFile;
    int _exceptions;
};

/// When a test begins: what ran before has nothing to do with it. Any thread.
void forgetLastRun() noexcept;

/// When a test failed: writes to standard error how to repeat the run whose simulation was used last since
/// forgetLastRun(), if there was one and nobody told of it. Any thread.
void tellOfLastRun() noexcept;

} // namespace waymark::testkit::sim
