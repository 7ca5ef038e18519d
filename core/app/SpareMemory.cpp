#include "SpareMemory.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <string_view>
#include <thread>
#include <unistd.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace waymark::app
{

namespace
{

constexpr Duration interval = std::chrono::seconds(10);
constexpr std::size_t little = std::size_t{16} << 20;
/// More of them only serve threads that allocate on other processors at the same moment.
constexpr unsigned mostArenas = 4;

/// Bytes in RAM that are no other program's as well; 0 where the system does not tell.
std::size_t ownMemory() noexcept
{
    try {
        std::ifstream statm("/proc/self/statm");
        std::size_t total = 0;
        std::size_t resident = 0;
        std::size_t shared = 0;
        statm >> total >> resident >> shared;
        return statm && resident > shared
                   ? (resident - shared) * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE))
                   : 0;
    } catch (const std::exception&) {
        return 0; // without memory even for that
    }
}

} // namespace

void SpareMemory::shareArenas() noexcept
{
#ifdef __GLIBC__
    const char* const tunables = std::getenv("GLIBC_TUNABLES");
    if (std::getenv("MALLOC_ARENA_MAX") != nullptr ||
        (tunables != nullptr && std::string_view(tunables).find("arena_max") != std::string_view::npos))
        return;
    const unsigned processors = std::max(1U, std::thread::hardware_concurrency());
    ::mallopt(M_ARENA_MAX, static_cast<int>(std::min(processors, mostArenas)));
#endif
}

void SpareMemory::lookAfter(MonotonicTime now) noexcept
{
    if (now < _next)
        return;
    _next = now + interval;
    if (ownMemory() > _kept + _kept / 4 + little)
        giveBack();
}

void SpareMemory::giveBack() noexcept
{
#ifdef __GLIBC__
    ::malloc_trim(0);
#endif
    _kept = ownMemory();
}

} // namespace waymark::app
