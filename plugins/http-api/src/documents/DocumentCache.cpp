#include "documents/DocumentCache.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace waymark::httpapi
{

namespace
{

using namespace std::chrono_literals;

constexpr Duration usualAge = 1s;
constexpr Duration costly = 50ms;
constexpr int rest = 10; // times as long as making it took

} // namespace

struct DocumentCache::Kept
{
    registry::Revision revision;
    std::shared_ptr<const node::Enr> record;
    MonotonicTime atLeastUntil; ///< whatever changes
    MonotonicTime until;        ///< when nothing changes
    bool isCostly = false;
    http::ApiResponse document;
};

DocumentCache::DocumentCache(const node::LocalNode& node, const registry::PeerRegistry& registry,
                             const Clock& clock, Make make)
    : _node(node), _registry(registry), _clock(clock), _make(std::move(make))
{
}

http::ApiResponse DocumentCache::get()
{
    auto kept = current();
    if (kept && isFresh(*kept))
        return kept->document;
    std::unique_lock making(_making, std::defer_lock);
    if (!kept || !kept->isCostly)
        making.lock();
    else if (!making.try_lock())
        return kept->document; // somebody makes it anew, and not every thread may wait for that
    kept = current();
    return (kept && isFresh(*kept) ? kept : makeAnew())->document;
}

std::shared_ptr<const DocumentCache::Kept> DocumentCache::current() const
{
    const std::lock_guard lock(_mutex);
    return _kept;
}

std::shared_ptr<const DocumentCache::Kept> DocumentCache::makeAnew()
{
    const MonotonicTime begun = _clock.now();
    const auto snapshot = Snapshot::of(_node, _registry);
    auto document = _make(snapshot);
    const MonotonicTime made = _clock.now();
    const bool isCostly = made - begun >= costly;
    const Duration pause = isCostly ? rest * (made - begun) : Duration::zero();
    auto kept =
        std::make_shared<const Kept>(Kept{snapshot.revision, snapshot.record, made + pause,
                                          made + std::max(usualAge, pause), isCostly, std::move(document)});
    const std::lock_guard lock(_mutex);
    _kept = kept;
    return kept;
}

bool DocumentCache::isFresh(const Kept& kept) const
{
    const MonotonicTime now = _clock.now();
    const bool changed = kept.revision != _registry.revision() || kept.record != _node.record();
    return now < kept.atLeastUntil || (now < kept.until && !changed);
}

} // namespace waymark::httpapi
