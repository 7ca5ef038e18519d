#pragma once

#include <atomic>
#include <mutex>
#include <shared_mutex>

namespace waymark::registry
{

/// A shared mutex for std::shared_lock and std::lock_guard in which a stream of readers cannot keep a writer
/// out: the system's prefers readers. While a writer waits or works, new readers queue behind it.
class FairSharedMutex
{
public:
    void lock()
    {
        _gate.lock();
        _writer.store(true, std::memory_order_relaxed);
        _mutex.lock();
    }
    void unlock()
    {
        _mutex.unlock();
        _writer.store(false, std::memory_order_relaxed);
        _gate.unlock();
    }
    // NOLINTBEGIN(readability-identifier-naming): the names that std::shared_lock calls
    void lock_shared()
    {
        if (_writer.load(std::memory_order_relaxed)) {
            const std::lock_guard behindTheWriter(_gate);
        }
        _mutex.lock_shared();
    }
    void unlock_shared() { _mutex.unlock_shared(); }
    // NOLINTEND(readability-identifier-naming)

private:
    std::mutex _gate;
    std::atomic<bool> _writer{false};
    std::shared_mutex _mutex;
};

} // namespace waymark::registry
