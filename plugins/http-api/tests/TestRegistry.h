#pragma once

#include <waymark/registry/PeerRegistry.h>
#include <waymark/registry/RegistryState.h>
#include <waymark/testkit/ManualClock.h>

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>

namespace waymark::httpapi
{

/// A registry in memory that fails or hesitates when a test says so.
class TestRegistry : public registry::PeerRegistry
{
public:
    testkit::ManualClock clock;      ///< stands still at 2033-05-18T03:33:20Z until a test moves it
    std::function<void()> afterPage; ///< called whenever list() has read one; set before anything is served

    /// From now on changes fail with this.
    void failWith(std::optional<Error> error);
    /// From now on completions are kept until release(); nothing is changed before.
    void hold();
    /// Until a change is held.
    void waitUntilHeld();
    /// Applies and completes what was held, and whatever comes later at once.
    void release();
    /// Moves the clock, and does what a back end does then.
    void endLeasesAfter(Duration time);
    /// Forgets what was held without completing it.
    void forget();

    void apply(registry::ChangeBatch batch, registry::Completion completion) override;
    void sync(std::string origin, std::vector<registry::Peer> peers,
              registry::Completion completion) override;
    std::optional<registry::Peer> find(const node::PeerId& id) const override { return _state.find(id); }
    std::vector<registry::ClaimState> claims(const node::PeerId& id) const override
    {
        return _state.claims(id);
    }
    registry::PeerPage list(const std::optional<node::PeerId>& after, std::size_t limit) const override
    {
        auto page = _state.list(after, limit);
        if (afterPage)
            afterPage();
        return page;
    }
    std::size_t size() const override { return _state.size(); }
    registry::ClosestAnswer closest(const registry::ClosestQuery& query,
                                    std::span<registry::ClosestPeer> out) const override
    {
        return _state.closest(query, out);
    }
    registry::Revision revision() const override { return _state.revision(); }
    Result<std::unique_ptr<registry::Watch>> watch(registry::Revision from,
                                                   registry::WatchOptions options) override
    {
        return _state.watch(from, std::move(options));
    }
    Signal<registry::PeerEvent>& changes() override { return _state.changes(); }

private:
    struct Waiting
    {
        registry::RegistryRequest request;
        registry::Completion completion;
    };
    void submit(Waiting waiting);
    void run(Waiting waiting);

    std::mutex _mutex;
    std::condition_variable _changed;
    std::optional<Error> _failure;
    bool _holding = false;
    std::deque<Waiting> _held;
    registry::RegistryState _state{{}, clock};
};

} // namespace waymark::httpapi
