#include "registry/StoreWriter.h"

#include <chrono>
#include <exception>
#include <limits>

namespace waymark::registry
{

namespace
{

/// How long rows wait for others to be written with.
constexpr Duration longestDeferral = std::chrono::seconds(1);
constexpr auto never = std::numeric_limits<MonotonicTime::rep>::max();

} // namespace

StoreWriter::StoreWriter(const Clock& clock, RegistryMetrics& metrics)
    : _clock(clock), _metrics(metrics), _flushAt(never)
{
}

Result<void> StoreWriter::write(const RegistryPlan& plan)
{
    if (plan.rows.empty())
        return {};
    if (_store != nullptr && !plan.mayWait)
        return writeWithDeferred(plan);
    if (_store != nullptr)
        defer(plan);
    _metrics.groups.increment();
    return {};
}

void StoreWriter::defer(const RegistryPlan& plan)
{
    _deferred.add(plan.rows);
    if (_flushAt == never)
        flushLater();
}

void StoreWriter::flushLater() noexcept
{
    _flushAt = (_clock.now() + longestDeferral).time_since_epoch().count();
}

Result<void> StoreWriter::writeWithDeferred(const RegistryPlan& plan)
{
    auto written = _deferred.empty() ? _store->write(plan) : _store->write(_deferred.before(plan));
    if (written) {
        _deferred.clear();
        _flushAt = never;
    }
    (written ? _metrics.groups : _metrics.writeFailures).increment();
    const std::lock_guard lock(_mutex);
    _trouble = written ? std::string() : written.error().message;
    return written;
}

bool StoreWriter::isFlushDue() const noexcept
{
    return _clock.now().time_since_epoch().count() >= _flushAt;
}

void StoreWriter::flush(Revision revision) noexcept
{
    if (_deferred.empty())
        return;
    flushLater();
    try {
        RegistryPlan nothing;
        nothing.revision = revision;
        static_cast<void>(writeWithDeferred(nothing));
    } catch (const std::exception&) {
        _metrics.writeFailures.increment();
    }
}

std::string StoreWriter::trouble() const
{
    const std::lock_guard lock(_mutex);
    return _trouble;
}

} // namespace waymark::registry
