#include "registry/RegistryMetrics.h"
#include "registry/RequestQueue.h"

#include <waymark/base/Worker.h>
#include <waymark/registry/StoredRegistry.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <new>
#include <utility>

namespace waymark::registry
{

namespace
{

/// Between two heartbeats of an idle writer.
constexpr Duration patience = std::chrono::seconds(1);
/// Short enough to need none.
constexpr const char* outOfMemory = "out of memory";

MonotonicTime now() noexcept
{
    return std::chrono::steady_clock::now();
}

} // namespace

/// Carries requests out, in groups, one thread at a time.
class StoredRegistry::Writer
{
public:
    Writer(RegistryState& state, Options options)
        : _state(state), _options(std::move(options)), _queue(_options.queueLimit)
    {
    }

    void observe(observe::MetricRegistry& metrics);
    void open(RegistryStore* store);
    void close(MonotonicTime deadline) noexcept;
    observe::Health health() const;
    void submit(RegistryRequest request, Completion completion);

private:
    void work(const std::stop_token& stopping, Worker& worker);
    void workAsCaller();
    bool endWorkIf(const std::function<bool()>& condition);
    std::vector<PendingRequest> takeGroup();
    void carryOut(std::vector<PendingRequest> group);
    RegistryPlan planOf(std::vector<PendingRequest>& group);
    void commit(const RegistryPlan& plan);
    Result<void> write(const RegistryPlan& plan);
    void abandonWaiting();

    RegistryState& _state;
    const Options _options;
    RequestQueue _queue;
    RegistryStore* _store = nullptr;
    RegistryMetrics _metrics;
    std::vector<Subscription> _samples;
    Worker _worker;

    std::mutex _workMutex; ///< guards _working
    std::condition_variable _workDone;
    bool _working = false; ///< the thread is there, or without a store: some caller is at work

    mutable std::mutex _healthMutex;
    std::string _trouble; ///< why the last write failed; empty when it did not
    std::atomic<bool> _isBroken{false};
};

void StoredRegistry::Writer::observe(observe::MetricRegistry& metrics)
{
    const observe::MetricLabels labels{{"backend", _options.backend}};
    _metrics = RegistryMetrics(metrics, _options.backend);
    const auto sample = [&](const char* name, const char* help, std::function<double()> function) {
        _samples.push_back(metrics.sampled(name, help, labels, std::move(function)));
    };
    sample("waymark_registry_peers", "Registered peers.",
           [this] { return static_cast<double>(_state.size()); });
    sample("waymark_registry_tombstones", "Removed claims whose ENR seq is remembered.",
           [this] { return static_cast<double>(_state.tombstones()); });
    sample("waymark_registry_queue_changes", "Changes that wait to be carried out.",
           [this] { return static_cast<double>(_queue.waiting()); });
}

void StoredRegistry::Writer::open(RegistryStore* store)
{
    _store = store;
    _queue.open();
    if (_store == nullptr)
        return;
    _working = true;
    _worker.start("reg-" + _options.backend,
                  [this](const std::stop_token& stopping, Worker& worker) { work(stopping, worker); });
}

void StoredRegistry::Writer::close(MonotonicTime deadline) noexcept
{
    _queue.close();
    {
        std::unique_lock lock(_workMutex);
        _workDone.wait_until(lock, deadline, [this] { return !_working; });
    }
    _worker.stop();
    abandonWaiting();
    _samples.clear();
}

void StoredRegistry::Writer::abandonWaiting()
{
    while (auto pending = _queue.pop())
        pending->completion(
            failure(ErrorCode::unavailable, "the registry stopped before it got to this change"));
}

observe::Health StoredRegistry::Writer::health() const
{
    if (_isBroken)
        return observe::Health::failed(
            "a change broke off half done for want of memory; no further ones are taken: restart the daemon");
    if (!_queue.isOpen())
        return observe::Health::failed("the registry is not started or stopping");
    if (auto thread =
            observe::Health::ofThread("reg-" + _options.backend, _worker.sinceBeat(), _options.longestWrite);
        thread.status != observe::HealthStatus::ok)
        return thread;
    const std::lock_guard lock(_healthMutex);
    return _trouble.empty() ? observe::Health::ok() : observe::Health::degraded(_trouble);
}

void StoredRegistry::Writer::submit(RegistryRequest request, Completion completion)
{
    PendingRequest pending{std::move(request), std::move(completion)};
    if (auto pushed = _queue.push(pending); !pushed) {
        _metrics.refused.increment();
        pending.completion(failure(std::move(pushed.error())));
        return;
    }
    if (_store == nullptr)
        workAsCaller();
}

void StoredRegistry::Writer::work(const std::stop_token& stopping, Worker& worker)
{
    while (!stopping.stop_requested()) {
        worker.beat();
        auto group = takeGroup();
        if (!group.empty())
            carryOut(std::move(group));
        else if (endWorkIf([this] { return !_queue.isOpen() && _queue.empty(); }))
            return;
        else
            _queue.wait(stopping, std::min(patience, _options.longestWrite / 2));
    }
    endWorkIf([] { return true; });
}

std::vector<PendingRequest> StoredRegistry::Writer::takeGroup()
{
    try {
        return _queue.take(_options.groupLimit);
    } catch (const std::bad_alloc&) {
        while (auto pending = _queue.pop())
            pending->completion(failure(ErrorCode::unavailable, outOfMemory));
        return {};
    }
}

bool StoredRegistry::Writer::endWorkIf(const std::function<bool()>& condition)
{
    const std::lock_guard lock(_workMutex);
    if (!condition())
        return false;
    _working = false;
    _workDone.notify_all();
    return true;
}

void StoredRegistry::Writer::workAsCaller()
{
    {
        const std::lock_guard lock(_workMutex);
        if (_working)
            return; // whoever is at work finds it in the queue
        _working = true;
    }
    do {
        for (auto group = takeGroup(); !group.empty(); group = takeGroup())
            carryOut(std::move(group));
        // A request that came since the last look saw _working and was left to this thread.
    } while (!endWorkIf([this] { return _queue.empty(); }));
}

void StoredRegistry::Writer::carryOut(std::vector<PendingRequest> group)
{
    const MonotonicTime began = now();
    RegistryPlan plan;
    Result<void> written;
    bool isPlanned = false;
    try {
        plan = planOf(group);
        isPlanned = true;
        written = write(plan);
        if (written)
            commit(plan);
    } catch (const std::bad_alloc&) {
        written = failure(ErrorCode::unavailable, outOfMemory);
    } catch (const std::exception& error) {
        written = failure(ErrorCode::internal, error.what());
    }
    _metrics.commitSeconds.observe(std::chrono::duration<double>(now() - began).count());
    for (std::size_t i = 0; i < group.size(); ++i) {
        if (!isPlanned) {
            group[i].completion(failure(written.error()));
            continue;
        }
        Result<ApplyReport>& report = plan.reports[i];
        if (!report)
            _metrics.refused.increment();
        else if (written)
            _metrics.count(*report);
        const bool lost = report && !written;
        group[i].completion(lost ? Result<ApplyReport>(failure(written.error())) : std::move(report));
    }
}

RegistryPlan StoredRegistry::Writer::planOf(std::vector<PendingRequest>& group)
{
    std::vector<RegistryRequest> requests;
    requests.reserve(group.size());
    for (PendingRequest& pending : group)
        requests.push_back(std::move(pending.request));
    return _state.plan(requests);
}

void StoredRegistry::Writer::commit(const RegistryPlan& plan)
{
    try {
        _state.commit(plan);
    } catch (...) {
        // Some of it is there and some is not: nothing that is told from now on could be relied upon.
        _isBroken = true;
        _queue.close();
        throw;
    }
}

Result<void> StoredRegistry::Writer::write(const RegistryPlan& plan)
{
    if (plan.rows.empty())
        return {};
    auto written = _store != nullptr ? _store->write(plan) : Result<void>();
    (written ? _metrics.groups : _metrics.writeFailures).increment();
    const std::lock_guard lock(_healthMutex);
    _trouble = written ? std::string() : written.error().message;
    return written;
}

StoredRegistry::StoredRegistry(Options options)
    : _state(options.limits), _writer(std::make_unique<Writer>(_state, std::move(options)))
{
}

StoredRegistry::~StoredRegistry()
{
    _writer->close(now());
}

void StoredRegistry::observe(observe::MetricRegistry& metrics)
{
    _writer->observe(metrics);
}

RegistryState& StoredRegistry::state() noexcept
{
    return _state;
}

void StoredRegistry::open()
{
    _writer->open(nullptr);
}

void StoredRegistry::open(RegistryStore& store)
{
    _writer->open(&store);
}

void StoredRegistry::close(MonotonicTime deadline) noexcept
{
    _writer->close(deadline);
}

observe::Health StoredRegistry::health() const
{
    return _writer->health();
}

void StoredRegistry::apply(ChangeBatch batch, Completion completion)
{
    _writer->submit(std::move(batch), std::move(completion));
}

void StoredRegistry::sync(std::string origin, std::vector<Peer> peers, Completion completion)
{
    _writer->submit(SyncClaims{std::move(origin), std::move(peers)}, std::move(completion));
}

std::optional<Peer> StoredRegistry::find(const node::PeerId& id) const
{
    return _state.find(id);
}

std::vector<std::string> StoredRegistry::origins(const node::PeerId& id) const
{
    return _state.origins(id);
}

PeerPage StoredRegistry::list(const std::optional<node::PeerId>& after, std::size_t limit) const
{
    return _state.list(after, limit);
}

std::size_t StoredRegistry::size() const
{
    return _state.size();
}

ClosestAnswer StoredRegistry::closest(const ClosestQuery& query, std::span<ClosestPeer> out) const
{
    return _state.closest(query, out);
}

Revision StoredRegistry::revision() const
{
    return _state.revision();
}

Result<std::unique_ptr<Watch>> StoredRegistry::watch(Revision from, WatchOptions options)
{
    return _state.watch(from, std::move(options));
}

Signal<PeerEvent>& StoredRegistry::changes()
{
    return _state.changes();
}

} // namespace waymark::registry
