#include "SpareMemory.h"

#include <cstdlib>
#include <fstream>
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
