#include <waymark/testkit/fault/FailingThreads.h>

#include <atomic>
#include <cerrno>
#include <dlfcn.h>
#include <pthread.h>

namespace waymark::testkit::fault
{

namespace
{

std::atomic<bool> armed{false};
std::atomic<int> left{0};
std::atomic<bool> failed{false};

bool mayStart() noexcept
{
    if (!armed || left.fetch_sub(1) > 0)
        return true;
    failed = true;
    return false;
}

} // namespace

FailingThreads::FailingThreads(int successes) noexcept
{
    left = successes;
    failed = false;
    armed = true;
}

FailingThreads::~FailingThreads()
{
    armed = false;
}

bool FailingThreads::hasFailed() const noexcept
{
    return failed;
}

} // namespace waymark::testkit::fault

extern "C" int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*body)(void*),
                              void* argument) noexcept
{
    using Create = int (*)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
    static void* const found = ::dlsym(RTLD_NEXT, "pthread_create");
    if (!waymark::testkit::fault::mayStart())
        return EAGAIN;
    return reinterpret_cast<Create>(found)(thread, attributes, body, argument);
}
