#include "registry/RegistryWriter.h"

#include <waymark/registry/StoredRegistry.h>

#include <chrono>
#include <utility>

namespace waymark::registry
{

StoredRegistry::StoredRegistry(Options options)
    : _state(options.limits), _writer(std::make_unique<Writer>(_state, std::move(options)))
{
}

StoredRegistry::StoredRegistry(Options options, const Clock& clock, Timers& timers)
    : _state(options.limits, clock), _writer(std::make_unique<Writer>(_state, std::move(options), &timers))
{
}

StoredRegistry::~StoredRegistry()
{
    _writer->close(std::chrono::steady_clock::now());
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

std::vector<ClaimState> StoredRegistry::claims(const node::PeerId& id) const
{
    return _state.claims(id);
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
