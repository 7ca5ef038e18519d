#include "registry/RegistryWriter.h"

#include <algorithm>
#include <chrono>
#include <exception>
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
/// How often leases are looked at: a few times in the second that an expiry may take.
constexpr Duration tickInterval = std::chrono::milliseconds(250);
/// How many groups of requests somebody carries out who came with one of his own.
constexpr std::size_t groupsOfACaller = 4;
/// How many leases are hidden, and in how many plans others are dropped, in one call of a timer: a few
/// milliseconds.
constexpr std::size_t hiddenInATick = 4096;
constexpr std::size_t plansOfATick = 1;

MonotonicTime now() noexcept
{
    return std::chrono::steady_clock::now();
}

bool asksForALease(const RegistryRequest& request) noexcept
{
    const auto* const batch = std::get_if<ChangeBatch>(&request);
    return batch != nullptr && std::any_of(batch->begin(), batch->end(), [](const Change& change) {
               const auto* const put = std::get_if<PutClaim>(&change);
               const auto* const renewal = std::get_if<RenewLease>(&change);
               return (put != nullptr && put->claim.ttl > Duration::zero()) ||
                      (renewal != nullptr && renewal->ttl.value_or(Duration::zero()) > Duration::zero());
           });
}

} // namespace

StoredRegistry::Writer::Writer(RegistryState& state, Options options, Timers* timers)
    : _state(state),
      _options(std::move(options)),
      _queue(_options.queueLimit),
      _timers(timers),
      _disk(state.clock(), _metrics)
{
}

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
    sample("waymark_registry_leases", "Claims that have a lease.",
           [this] { return static_cast<double>(_state.leases()); });
    sample("waymark_registry_queue_changes", "Changes that wait to be carried out.",
           [this] { return static_cast<double>(_queue.waiting()); });
}

void StoredRegistry::Writer::open(RegistryStore* store)
{
    _disk.open(store);
    {
        const std::lock_guard lock(_workMutex);
        _isClosed = false;
    }
    _queue.open();
    if (_state.leases() > 0)
        keepTime();
    if (!_disk.hasStore())
        return;
    _working = true;
    _worker.start("reg-" + _options.backend,
                  [this](const std::stop_token& stopping, Worker& worker) { work(stopping, worker); });
}

void StoredRegistry::Writer::close(MonotonicTime deadline) noexcept
{
    _queue.close();
    endTime();
    {
        std::unique_lock lock(_workMutex);
        _workChanged.wait_until(lock, deadline, [this] { return !_working; });
        _isClosed = true;
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
    const std::string trouble = _disk.trouble();
    return trouble.empty() ? observe::Health::ok() : observe::Health::degraded(trouble);
}

void StoredRegistry::Writer::submit(RegistryRequest request, Completion completion)
{
    if (asksForALease(request)) {
        if (_timers == nullptr) {
            _metrics.refused.increment();
            return completion(
                failure(ErrorCode::invalidArgument, "this registry gives no leases: leave the ttl out"));
        }
        keepTime();
    }
    PendingRequest pending{std::move(request), std::move(completion)};
    if (auto pushed = _queue.push(pending); !pushed) {
        _metrics.refused.increment();
        pending.completion(failure(std::move(pushed.error())));
        return;
    }
    if (!_disk.hasStore())
        workAsCaller(groupsOfACaller);
}

void StoredRegistry::Writer::work(const std::stop_token& stopping, Worker& worker)
{
    while (!stopping.stop_requested()) {
        worker.beat();
        if (_disk.isFlushDue())
            _disk.flush(_state.revision());
        auto group = takeGroup();
        if (!group.empty()) {
            // Where nothing can be written, leases end by themselves, or they would wait for a pause.
            if (!carryOut(std::move(group)) && canExpire())
                carryOut({});
        } else if (canExpire() && carryOut({}))
            continue;
        else if (!_queue.isOpen() && _queue.empty()) {
            _disk.flush(_state.revision());
            break;
        } else
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
    _workChanged.notify_all();
    return true;
}

void StoredRegistry::Writer::workAsCaller(std::size_t groups, std::size_t expirySlices)
{
    {
        const std::lock_guard lock(_workMutex);
        if (_working)
            return; // whoever is at work finds it in the queue
        _working = true;
    }
    do {
        for (;;) {
            if (groups == 0 && !_queue.empty() && handOver())
                return;
            auto group = takeGroup();
            if (group.empty() && (expirySlices == 0 || !canExpire()))
                break;
            std::size_t& left = group.empty() ? expirySlices : groups;
            left -= left > 0 ? 1 : 0;
            carryOut(std::move(group));
        }
        // A request that came since the last look saw _working and was left to this thread.
    } while (!endWorkIf([this] { return _queue.empty(); }));
}

/// False when there is no thread to be had, or none any more.
bool StoredRegistry::Writer::handOver() noexcept
{
    const std::lock_guard lock(_workMutex);
    if (_isClosed)
        return false;
    try {
        if (!_worker.running())
            _worker.start("reg-" + _options.backend, [this](const std::stop_token& stopping, Worker& worker) {
                relieve(stopping, worker);
            });
    } catch (const std::exception&) {
        return false;
    }
    _isHandedOver = true;
    _workChanged.notify_all();
    return true;
}

void StoredRegistry::Writer::relieve(const std::stop_token& stopping, Worker& worker)
{
    for (;;) {
        worker.beat();
        {
            std::unique_lock lock(_workMutex);
            _workChanged.wait_for(lock, stopping, std::min(patience, _options.longestWrite / 2),
                                  [this] { return _isHandedOver; });
            if (!std::exchange(_isHandedOver, false)) {
                if (stopping.stop_requested())
                    return;
                continue;
            }
        }
        do {
            worker.beat();
            if (auto group = takeGroup(); !group.empty())
                carryOut(std::move(group));
        } while (!endWorkIf([&] { return stopping.stop_requested() || _queue.empty(); }));
    }
}

bool StoredRegistry::Writer::carryOut(std::vector<PendingRequest> group)
{
    const MonotonicTime began = now();
    RegistryPlan plan;
    Result<void> written;
    bool isPlanned = false;
    try {
        plan = planOf(group);
        isPlanned = true;
        written = _disk.write(plan);
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
    return written.has_value();
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
    tellOfEnds(plan);
}

void StoredRegistry::Writer::tellOfEnds(const RegistryPlan& plan) noexcept
{
    if (plan.expired.empty())
        return;
    _metrics.expired.increment(static_cast<double>(plan.expired.size()));
    try {
        if (_options.leasesOver)
            _options.leasesOver({plan.expired, canExpire()});
    } catch (const std::bad_alloc&) { // NOLINT(bugprone-empty-catch)
        // The change is done, whoever hears of it.
    }
}

void StoredRegistry::Writer::keepTime()
{
    const std::lock_guard lock(_tickerMutex);
    if (_isTimeOver || _ticker || _timers == nullptr)
        return;
    _ticker = _timers->every(tickInterval, [this] { tick(); });
}

void StoredRegistry::Writer::endTime() noexcept
{
    Subscription ticker;
    Subscription rest;
    {
        const std::lock_guard lock(_tickerMutex);
        _isTimeOver = true;
        ticker = std::move(_ticker);
        rest = std::move(_rest);
    }
}

void StoredRegistry::Writer::tick() noexcept
{
    try {
        // What nobody is told of any more has time.
        if (_state.hide(hiddenInATick) || dropWhatIsOver())
            tickAgain();
    } catch (const std::bad_alloc&) { // NOLINT(bugprone-empty-catch)
        // The next tick finds it still to be done.
    }
}

/// Whether it got on and some are left for another call.
bool StoredRegistry::Writer::dropWhatIsOver()
{
    if (_disk.hasStore()) {
        if (canExpire() || _disk.isFlushDue())
            _queue.poke();
        return false;
    }
    if (!canExpire())
        return false;
    const std::size_t before = _state.leases();
    workAsCaller(0, plansOfATick);
    return canExpire() && _state.leases() < before;
}

void StoredRegistry::Writer::tickAgain()
{
    const std::lock_guard lock(_tickerMutex);
    if (!_isTimeOver)
        _rest = _timers->after(Duration::zero(), [this] { tick(); });
}

bool StoredRegistry::Writer::canExpire() const
{
    return !_isBroken && _state.hasExpired();
}

} // namespace waymark::registry
