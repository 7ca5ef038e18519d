#pragma once

#include "registry/DeferredRows.h"
#include "registry/RegistryMetrics.h"

#include <waymark/base/Clock.h>
#include <waymark/registry/RegistryStore.h>
#include <waymark/registry/Revision.h>

#include <atomic>
#include <mutex>
#include <string>

namespace waymark::registry
{

/// Writes plans to a store. Rows of plans that may wait are kept and written together with the next plan that
/// may not, or after a second.
///
/// One thread at a time writes and flushes; the rest may be asked from any.
class StoreWriter
{
public:
    /// `clock` and `metrics` outlive it.
    StoreWriter(const Clock& clock, RegistryMetrics& metrics);

    /// Without a store everything is as good as written.
    void open(RegistryStore* store) noexcept { _store = store; }
    bool hasStore() const noexcept { return _store != nullptr; }

    /// Errors: the store's; nothing of the plan is written then.
    Result<void> write(const RegistryPlan& plan);

    bool isFlushDue() const noexcept;
    /// Writes what waits, with `revision`. What it cannot write it keeps, for a second at least.
    void flush(Revision revision) noexcept;

    /// Why the last write failed; empty when it did not.
    std::string trouble() const;

private:
    Result<void> writeWithDeferred(const RegistryPlan& plan);
    void defer(const RegistryPlan& plan);
    void flushLater() noexcept;

    const Clock& _clock;
    RegistryMetrics& _metrics;
    RegistryStore* _store = nullptr;
    DeferredRows _deferred;
    std::atomic<MonotonicTime::rep> _flushAt; ///< when _deferred is to be written

    mutable std::mutex _mutex;
    std::string _trouble;
};

} // namespace waymark::registry
