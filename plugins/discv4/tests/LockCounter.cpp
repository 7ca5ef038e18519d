#include "LockCounter.h"

#include <dlfcn.h>
#include <pthread.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define WAYMARK_COUNTS_LOCKS 0
#else
#define WAYMARK_COUNTS_LOCKS 1
#endif

namespace waymark::discv4::testing
{

namespace
{

thread_local std::uint64_t locks = 0;

} // namespace

bool LockCounter::isCounting() noexcept
{
    return WAYMARK_COUNTS_LOCKS != 0;
}

std::uint64_t LockCounter::total() noexcept
{
    return locks;
}

#if WAYMARK_COUNTS_LOCKS
namespace
{

template <class Lock>
int countAndTake(const char* name, Lock* lock) noexcept
{
    ++locks;
    using Take = int (*)(Lock*);
    static const Take take = reinterpret_cast<Take>(::dlsym(RTLD_NEXT, name));
    return take(lock);
}

} // namespace
#endif

} // namespace waymark::discv4::testing

#if WAYMARK_COUNTS_LOCKS
extern "C" {
int pthread_mutex_lock(pthread_mutex_t* mutex) noexcept
{
    return waymark::discv4::testing::countAndTake("pthread_mutex_lock", mutex);
}
int pthread_rwlock_rdlock(pthread_rwlock_t* lock) noexcept
{
    return waymark::discv4::testing::countAndTake("pthread_rwlock_rdlock", lock);
}
int pthread_rwlock_wrlock(pthread_rwlock_t* lock) noexcept
{
    return waymark::discv4::testing::countAndTake("pthread_rwlock_wrlock", lock);
}
}
#endif
