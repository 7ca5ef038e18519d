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
    http::ApiResponse document;
};

DocumentCache::DocumentCache(const node::LocalNode& node, const registry::PeerRegistry& registry,
                             const Clock& clock, Make make)
    : _node(node), _registry(registry), _clock(clock), _make(std::move(make))
{
}

http::ApiResponse DocumentCache::get()
{
    const std::lock_guard lock(_mutex);
    if (!_kept || !isFresh(*_kept)) {
        const MonotonicTime begun = _clock.now();
        const auto snapshot = Snapshot::of(_node, _registry);
        auto document = _make(snapshot);
        const MonotonicTime made = _clock.now();
        const Duration pause = made - begun < costly ? Duration::zero() : rest * (made - begun);
        _kept = std::make_shared<const Kept>(Kept{snapshot.revision, snapshot.record, made + pause,
                                                  made + std::max(usualAge, pause), std::move(document)});
    }
    return _kept->document;
}

bool DocumentCache::isFresh(const Kept& kept) const
{
    const MonotonicTime now = _clock.now();
    const bool changed = kept.revision != _registry.revision() || kept.record != _node.record();
    return now < kept.atLeastUntil || (now < kept.until && !changed);
}

} // namespace waymark::httpapi
