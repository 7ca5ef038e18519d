#pragma once

#include <waymark/base/Clock.h>
#include <waymark/base/Timers.h>
#include <waymark/observe/Health.h>
#include <waymark/observe/Metrics.h>
#include <waymark/registry/PeerRegistry.h>
#include <waymark/registry/RegistryState.h>
#include <waymark/registry/RegistryStore.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace waymark::registry
{

/// Claims that went because their leases were over.
struct LeasesOver
{
    const std::vector<ClaimGone>& claims;
    bool moreFollow; ///< more are over already
};

/// A whole PeerRegistry: a RegistryState and, for back ends that are to outlive the process, the store that
/// every change is written to before anybody learns of it. A back end in the memory of one process needs
/// nothing else; a durable one brings its RegistryStore.
///
/// Requests wait in a bounded queue and are carried out in groups: one write of the store for all that came
/// meanwhile. Each goes through the same steps: plan, write, commit, tell watches and changes(), complete. So
/// whoever was told of success finds it done everywhere. When the write fails, nothing happened: the requests
/// of the group fail with the store's error, health is degraded until a write succeeds, and reading goes on.
/// Without memory a group fails as unavailable; when that happens in the midst of a commit, the registry
/// takes no further changes and says so in its health.
///
/// What may be lost (RegistryPlan::mayWait: renewals of leases, and what expiry removes) is not written by
/// itself but in front of the next rows that cannot wait, after a second without any, and when it closes.
/// Renewals of one claim are written once, so what waits is bounded by the number of claims. A power cut
/// takes the renewals of the last second with it.
///
/// Leases end by themselves: a quarter of a second after its end at the latest, a claim is out of the index,
/// also while the store hangs; its event follows when the thread that does the work gets to it. Thousands
/// that end together are taken out, and without a store dropped, some in each call of a timer, without a
/// pause.
///
/// With a store, a thread of its own does the work, completions and changes() included. Without one the
/// calling threads do, one at a time, each also for those that came meanwhile, until a thread of the
/// registry's own relieves them; a lone caller has its completion before apply() returns.
class StoredRegistry final : public PeerRegistry
{
public:
    struct Options
    {
        std::string backend; ///< label of the metrics and name of the thread: "memory", "sqlite", ...
        RegistryLimits limits;
        std::size_t queueLimit = 4096; ///< changes waiting before further ones are refused as busy
        std::size_t groupLimit = 1024; ///< changes after which a group is closed
        /// A write that takes longer than this is told by health.
        Duration longestWrite = std::chrono::seconds(10);
        /// Called when such claims are gone, covered ones too, on the thread that did it, one call at a time.
        /// It is brief and does not throw.
        std::function<void(const LeasesOver&)> leasesOver = {};
    };

    /// On the system's clock and without leases: a change that asks for one is refused (invalidArgument).
    explicit StoredRegistry(Options options);
    /// `clock` and `timers` outlive it. The timers run from when the first lease comes until close().
    StoredRegistry(Options options, const Clock& clock, Timers& timers);
    ~StoredRegistry() override;

    /// Registers waymark_registry_* metrics. Before open(); the registry outlives this object.
    void observe(observe::MetricRegistry& metrics);

    /// For loading (RegistryState::begin, load) before open().
    RegistryState& state() noexcept;

    /// From now on requests are taken. Nothing outlives the process.
    void open();
    /// The same; what is committed is written to `store` first. It outlives close().
    void open(RegistryStore& store);

    /// Takes no more requests, carries out those that wait until the deadline, fails the rest as
    /// unavailable and ends the thread. A write that is under way is waited for. Idempotent.
    void close(MonotonicTime deadline) noexcept;

    /// Degraded with the reason while the last write failed or one hangs; failed when it is not open.
    observe::Health health() const;

    void apply(ChangeBatch batch, Completion completion) override;
    void sync(std::string origin, std::vector<Peer> peers, Completion completion) override;
    std::optional<Peer> find(const node::PeerId& id) const override;
    std::vector<ClaimState> claims(const node::PeerId& id) const override;
    PeerPage list(const std::optional<node::PeerId>& after, std::size_t limit) const override;
    std::size_t size() const override;
    ClosestAnswer closest(const ClosestQuery& query, std::span<ClosestPeer> out) const override;
    Revision revision() const override;
    Result<std::unique_ptr<Watch>> watch(Revision from, WatchOptions options) override;
    Signal<PeerEvent>& changes() override;

private:
    class Writer;

    RegistryState _state;
    std::unique_ptr<Writer> _writer;
};

} // namespace waymark::registry
