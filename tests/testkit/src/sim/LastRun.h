#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>

namespace waymark::testkit::sim
{

/// The seed of the run whose simulation this process used last, for as long as the run or its simulation is
/// there. Any thread.
class LastRun
{
public:
    using Seed = std::shared_ptr<const std::uint64_t>;

    static LastRun& instance()
    {
        static LastRun one;
        return one;
    }

    void use(const Seed& seed) noexcept
    {
        const std::lock_guard lock(_mutex);
        _seed = seed;
    }

    /// Null when there is none; and from then on.
    Seed take() noexcept
    {
        const std::lock_guard lock(_mutex);
        return std::exchange(_seed, {}).lock();
    }

private:
    std::mutex _mutex;
    std::weak_ptr<const std::uint64_t> _seed;
};

} // namespace waymark::testkit::sim
