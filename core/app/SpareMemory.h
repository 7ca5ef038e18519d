#pragma once

#include <waymark/base/Clock.h>

#include <cstddef>

namespace waymark::app
{

/// Gives memory back to the system that was freed but lies between what is used, where the C library keeps
/// it: after a start or a mass registration that may be as much as all that is used. Looks now and then, and
/// acts when the process has grown by a quarter since it did so last, and by more than a little. One thread.
class SpareMemory
{
public:
    /// Has the threads of this process share a few of the C library's arenas. By itself it gives each of them
    /// one of its own, up to eight for every processor, and what a large request took and freed in one arena
    /// is of no use to the next request on another thread. First thing in main(), before any thread exists;
    /// without effect where the environment says how many there are to be (MALLOC_ARENA_MAX).
    static void shareArenas() noexcept;

    /// For the main loop; most calls return at once.
    void lookAfter(MonotonicTime now) noexcept;
    void giveBack() noexcept;

private:
    MonotonicTime _next;
    std::size_t _kept = 0; ///< bytes in RAM that were left after it acted last
};

} // namespace waymark::app
