#include <waymark/testkit/fault/FailingMemory.h>

#include <cstddef>
#include <cstdlib>
#include <new>
#include <stdexcept>
#include <string>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#endif

namespace waymark::testkit::fault
{

namespace
{

/// While it lives, what the thread allocates may be left behind without a word of the leak sanitizer.
class ForgivenLeaks
{
public:
    explicit ForgivenLeaks(Leaks leaks) noexcept : _forgives(leaks == Leaks::inLibraries)
    {
#ifdef __SANITIZE_ADDRESS__
        if (_forgives)
            __lsan_disable();
#endif
    }
    ~ForgivenLeaks()
    {
#ifdef __SANITIZE_ADDRESS__
        if (_forgives)
            __lsan_enable();
#endif
    }
    ForgivenLeaks(const ForgivenLeaks&) = delete;
    ForgivenLeaks& operator=(const ForgivenLeaks&) = delete;

private:
    [[maybe_unused]] bool _forgives;
};

struct State
{
    bool armed = false;
    std::uint64_t successes = 0;
    FailingMemory::Fails fails = FailingMemory::Fails::once;
    bool failed = false;
    std::int64_t alive = 0;
};

thread_local State state;

/// Whether this allocation is to fail.
bool failsNow() noexcept
{
    if (!state.armed)
        return false;
    if (state.failed)
        return state.fails == FailingMemory::Fails::onwards;
    if (state.successes > 0) {
        --state.successes;
        return false;
    }
    state.failed = true;
    return true;
}

void* allocate(std::size_t size, std::size_t alignment) noexcept
{
    if (failsNow())
        return nullptr;
    const std::size_t rounded = (size + alignment - 1) / alignment * alignment;
    void* const memory = alignment <= alignof(std::max_align_t)
                             ? std::malloc(size == 0 ? 1 : size)
                             : std::aligned_alloc(alignment, rounded == 0 ? alignment : rounded);
    state.alive += memory != nullptr ? 1 : 0;
    return memory;
}

void* allocateOrThrow(std::size_t size, std::size_t alignment = 1)
{
    void* const memory = allocate(size, alignment);
    if (memory == nullptr)
        throw std::bad_alloc();
    return memory;
}

void release(void* memory) noexcept
{
    state.alive -= memory != nullptr ? 1 : 0;
    std::free(memory);
}

} // namespace

FailingMemory::FailingMemory(std::uint64_t successes, Fails fails)
{
    state = {.armed = true, .successes = successes, .fails = fails};
}

FailingMemory::~FailingMemory()
{
    state.armed = false;
}

bool FailingMemory::hasFailed() const noexcept
{
    return state.failed;
}

std::int64_t FailingMemory::alive() const noexcept
{
    return state.alive;
}

std::uint64_t failEachAllocation(const std::function<void()>& work, Leaks leaks)
{
    work();
    std::uint64_t runs = 0;
    for (const auto fails : {FailingMemory::Fails::once, FailingMemory::Fails::onwards}) {
        bool failed = true;
        for (std::uint64_t successes = 0; failed; ++successes, ++runs) {
            std::int64_t alive = 0;
            const char* unexpected = nullptr;
            {
                const ForgivenLeaks forgiven(leaks);
                const FailingMemory memory(successes, fails);
                try {
                    work();
                } catch (const std::bad_alloc&) { // NOLINT(bugprone-empty-catch)
                    // As it should be.
                } catch (...) {
                    unexpected = "something other than std::bad_alloc left the work";
                }
                failed = memory.hasFailed();
                alive = memory.alive();
            }
            if (alive != 0 && leaks == Leaks::none)
                unexpected = "memory was left behind";
            if (unexpected != nullptr)
                throw std::logic_error(std::string(unexpected) + " when allocation " +
                                       std::to_string(successes + 1) + " failed");
        }
    }
    return runs;
}

} // namespace waymark::testkit::fault

namespace fault = waymark::testkit::fault;

void* operator new(std::size_t size)
{
    return fault::allocateOrThrow(size);
}
void* operator new(std::size_t size, std::align_val_t alignment)
{
    return fault::allocateOrThrow(size, static_cast<std::size_t>(alignment));
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept
{
    return fault::allocate(size, 1);
}
void* operator new[](std::size_t size)
{
    return fault::allocateOrThrow(size);
}
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept
{
    return fault::allocate(size, 1);
}
void operator delete(void* memory) noexcept
{
    fault::release(memory);
}
void operator delete(void* memory, std::size_t) noexcept
{
    fault::release(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept
{
    fault::release(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept
{
    fault::release(memory);
}
void operator delete[](void* memory) noexcept
{
    fault::release(memory);
}
void operator delete[](void* memory, std::size_t) noexcept
{
    fault::release(memory);
}
