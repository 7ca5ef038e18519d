#pragma once

#include <waymark/testkit/sim/EventQueue.h>
#include <waymark/testkit/sim/SimRandom.h>
#include <waymark/testkit/sim/Trace.h>

#include <functional>
#include <memory>

namespace waymark::testkit::sim
{

class ReproducibleRun;

/// Virtual time, seed and trace of one simulation. It passes only in advance(), on the calling thread, as
/// fast as that can. The same seed and the same calls make the same run, on any machine.
class Simulation
{
public:
    explicit Simulation(std::uint64_t seed);
    /// With the seed of that run; its trace goes to the file that the run names, if it does.
    explicit Simulation(const ReproducibleRun& run);
    Simulation(const Simulation&) = delete;
    Simulation& operator=(const Simulation&) = delete;

    std::uint64_t seed() const noexcept { return _seed; }
    /// A stream of random numbers of its own for each name.
    SimRandom random(std::string_view stream) const noexcept;

    /// Virtual time since the beginning.
    Duration now() const noexcept { return _events.now(); }
    void advance(Duration duration);
    /// Until `done` holds, which is asked after every event; false when it does not within `atMost`.
    bool advanceUntil(const std::function<bool()>& done, Duration atMost);

    EventQueue& events() noexcept { return _events; }
    Trace& trace() noexcept { return _trace; }
    /// Everything that happened so far, timers too, as one number.
    std::uint64_t fingerprint() const noexcept;

private:
    void used() const noexcept;

    std::uint64_t _seed;
    std::shared_ptr<const std::uint64_t> _run; ///< null: it is none that tells how to repeat it
    EventQueue _events;
    Trace _trace;
};

} // namespace waymark::testkit::sim
