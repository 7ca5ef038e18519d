#pragma once

#include <cstdint>
#include <functional>

namespace waymark::testkit::fault
{

/// Makes `operator new` fail on the calling thread. A program gets this, with an operator new of its own, by
/// linking waymark-testkit-memory; what C libraries take from malloc does not fail.
class FailingMemory
{
public:
    enum class Fails
    {
        once,   ///< one allocation, the next ones succeed
        onwards ///< that one and all that follow
    };

    /// Lets so many allocations succeed before. One object at a time on each thread.
    explicit FailingMemory(std::uint64_t successes, Fails fails = Fails::once);
    FailingMemory(const FailingMemory&) = delete;
    FailingMemory& operator=(const FailingMemory&) = delete;
    ~FailingMemory();

    /// Whether an allocation has failed.
    bool hasFailed() const noexcept;
    /// How many allocations of the thread are alive that were made since, less those freed that were older.
    std::int64_t alive() const noexcept;
};

/// Whether failEachAllocation() forgives memory that is left behind: Poco 1.11 loses an object when the
/// allocation of its reference counter fails.
enum class Leaks
{
    none,
    inLibraries
};

/// Runs `work` with its first allocation failing, its second and so on until it runs through, first once
/// each, then onwards; how many runs that took. Work that is left by anything but std::bad_alloc, or that
/// leaves memory behind when it was, throws std::logic_error. The first run of all fails nothing, so that
/// what is made once and kept is there.
std::uint64_t failEachAllocation(const std::function<void()>& work, Leaks leaks = Leaks::none);

} // namespace waymark::testkit::fault
