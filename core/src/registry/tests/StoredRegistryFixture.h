#pragma once

#include <waymark/contract/RegistryFixtures.h>
#include <waymark/observe/Metrics.h>
#include <waymark/registry/StoredRegistry.h>
#include <waymark/testkit/ManualTimers.h>

#include <cppunit/TestFixture.h>

#include <atomic>
#include <cstddef>
#include <future>
#include <memory>
#include <mutex>
#include <semaphore>
#include <string>
#include <utility>
#include <vector>

namespace waymark::registry
{

/// Keeps what is written; can be told to fail or to hold still.
class FakeStore final : public RegistryStore
{
public:
    Result<void> write(const RegistryPlan& plan) override
    {
        entered.release();
        if (held)
            go.acquire();
        const std::lock_guard lock(_mutex);
        _requests.push_back(plan.reports.size());
        if (failing)
            return failure(ErrorCode::unavailable, "registry.db: the disk is full");
        _rows.push_back(plan.rows);
        return {};
    }

    /// How many requests each write was for, those that failed as well.
    std::vector<std::size_t> requestsOfWrites() const
    {
        const std::lock_guard lock(_mutex);
        return _requests;
    }
    /// The rows of each write that succeeded.
    std::vector<std::vector<RowChange>> writes() const
    {
        const std::lock_guard lock(_mutex);
        return _rows;
    }

    std::atomic<bool> held{false};
    std::atomic<bool> failing{false};
    std::counting_semaphore<> entered{0};
    std::counting_semaphore<> go{0};

private:
    mutable std::mutex _mutex;
    std::vector<std::size_t> _requests;
    std::vector<std::vector<RowChange>> _rows;
};

/// A registry over a store that the test holds up, in time that the test moves.
class StoredRegistryFixture : public CppUnit::TestFixture
{
public:
    void tearDown() override
    {
        _store.held = false;
        _store.go.release(100);
        _registry.reset();
    }

protected:
    using Future = std::future<Result<ApplyReport>>;

    /// Not open yet.
    void make(StoredRegistry::Options options)
    {
        _registry = std::make_unique<StoredRegistry>(std::move(options), _clock, _timers);
        _registry->observe(_metrics);
    }

    Future submit(ChangeBatch batch)
    {
        auto promise = std::make_shared<std::promise<Result<ApplyReport>>>();
        auto future = promise->get_future();
        _registry->apply(std::move(batch),
                         [promise](Result<ApplyReport> report) { promise->set_value(std::move(report)); });
        return future;
    }

    /// The batch is in the store and stays there until letGo().
    Future hang(ChangeBatch batch)
    {
        while (_store.entered.try_acquire()) {
        }
        _store.held = true;
        auto future = submit(std::move(batch));
        _store.entered.acquire();
        return future;
    }
    void letGo()
    {
        _store.held = false;
        _store.go.release();
    }

    double metric(const std::string& name) const
    {
        return _metrics.value(name, {{"backend", "fake"}}).value();
    }

    FakeStore _store;
    observe::MetricRegistry _metrics;
    testkit::ManualClock _clock;
    testkit::ManualTimers _timers{_clock};
    std::unique_ptr<StoredRegistry> _registry;
};

} // namespace waymark::registry
