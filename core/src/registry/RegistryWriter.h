#pragma once

#include "registry/RegistryMetrics.h"
#include "registry/RequestQueue.h"
#include "registry/StoreWriter.h"

#include <waymark/base/Subscription.h>
#include <waymark/base/Worker.h>
#include <waymark/registry/StoredRegistry.h>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <vector>

namespace waymark::registry
{

/// Carries requests out, in groups, one thread at a time.
///
/// With a store that is the writer's thread. Without one it is whoever asks; he works for those who come
/// meanwhile as well, and when there is no end of them the thread relieves him.
///
/// A ticker looks for leases that are over, hides them at once and has them dropped by whoever works: the
/// thread, or without a store the ticker itself when nobody is at it. Of many it does a part in each call of
/// a timer, so that other timers have their turn, and the rest at once after.
class StoredRegistry::Writer
{
public:
    /// Works by the state's clock; without timers it refuses leases.
    Writer(RegistryState& state, Options options, Timers* timers = nullptr);

    void observe(observe::MetricRegistry& metrics);
    void open(RegistryStore* store);
    void close(MonotonicTime deadline) noexcept;
    observe::Health health() const;
    void submit(RegistryRequest request, Completion completion);

private:
    void work(const std::stop_token& stopping, Worker& worker);
    void workAsCaller(std::size_t groups, std::size_t expirySlices = 0);
    bool handOver() noexcept;
    void relieve(const std::stop_token& stopping, Worker& worker);
    bool endWorkIf(const std::function<bool()>& condition);
    std::vector<PendingRequest> takeGroup();
    /// Whether what was to be done was done; the requests know for themselves.
    bool carryOut(std::vector<PendingRequest> group);
    RegistryPlan planOf(std::vector<PendingRequest>& group);
    void commit(const RegistryPlan& plan);
    void tellOfEnds(const RegistryPlan& plan) noexcept;
    void abandonWaiting();

    void keepTime();
    void endTime() noexcept;
    void tick() noexcept;
    bool dropWhatIsOver();
    void tickAgain();
    bool canExpire() const;

    RegistryState& _state;
    const Options _options;
    RequestQueue _queue;
    Timers* const _timers;
    RegistryMetrics _metrics;
    StoreWriter _disk; ///< used by the thread that works
    std::vector<Subscription> _samples;
    Worker _worker;

    std::mutex _workMutex; ///< guards the three that follow, and starting the thread
    std::condition_variable_any _workChanged;
    bool _working = false;      ///< the thread is there, or without a store: somebody is at work
    bool _isHandedOver = false; ///< the work is the thread's to take up
    bool _isClosed = true;

    std::atomic<bool> _isBroken{false};

    std::mutex _tickerMutex;
    Subscription _ticker; ///< from the first lease to close()
    Subscription _rest;   ///< of what the last tick did not get to
    bool _isTimeOver = false;
};

} // namespace waymark::registry
