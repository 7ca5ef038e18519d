#include "sim/LastRun.h"
#include "sim/Mix.h"

#include <waymark/testkit/sim/ReproducibleRun.h>
#include <waymark/testkit/sim/Simulation.h>

#include <fstream>
#include <memory>
#include <stdexcept>

namespace waymark::testkit::sim
{

Simulation::Simulation(std::uint64_t seed) : _seed(seed) {}

Simulation::Simulation(const ReproducibleRun& run) : Simulation(run.seed())
{
    _run = run._seed;
    used();
    if (run.traceFile().empty())
        return;
    auto file = std::make_shared<std::ofstream>(run.traceFile());
    if (!*file)
        throw std::runtime_error("cannot write the trace to " + run.traceFile() +
                                 " (WAYMARK_SIM_TRACE): name a file in a folder that is there");
    _trace.setSink([file](std::string_view line) { *file << line << '\n'; });
}

void Simulation::used() const noexcept
{
    if (_run)
        LastRun::instance().use(_run);
}

SimRandom Simulation::random(std::string_view stream) const noexcept
{
    used();
    return SimRandom(_seed, stream);
}

void Simulation::advance(Duration duration)
{
    used();
    const Duration until = now() + duration;
    while (_events.step(until)) {
    }
}

bool Simulation::advanceUntil(const std::function<bool()>& done, Duration atMost)
{
    used();
    const Duration until = now() + atMost;
    while (!done())
        if (!_events.step(until))
            return done();
    return true;
}

std::uint64_t Simulation::fingerprint() const noexcept
{
    return mix(_trace.hash() ^ mix(_events.happened() + 1) ^ static_cast<std::uint64_t>(now().count()));
}

} // namespace waymark::testkit::sim
