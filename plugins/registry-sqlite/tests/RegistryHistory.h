#pragma once

#include <waymark/base/Clock.h>
#include <waymark/registry/PeerRegistry.h>

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace waymark::registry
{

/// What was asked of a registry, at random, and what it acknowledged, so that what it still knows after an
/// accident can be judged. One thread; completions come from any.
class RegistryHistory
{
public:
    explicit RegistryHistory(std::uint64_t seed) : _random(seed) {}
    /// Some of what it asks for has a lease of hours by this clock, and it renews; no lease may end before it
    /// is judged.
    RegistryHistory(std::uint64_t seed, const Clock& clock) : _clock(&clock), _random(seed) {}

    /// Asks for a batch, or for another set of one origin's peers. Does not wait.
    void request(PeerRegistry& registry);
    /// Waits until everything asked for was answered; fails the test after a minute.
    void await();

    std::size_t acknowledged() const;
    /// Why the last request failed that did.
    std::string lastRefusal() const;

    enum class Refused
    {
        mayHaveHappened, ///< after an accident: in the order of asking, none without those before it
        didNotHappen
    };
    enum class Acknowledged
    {
        isThere,
        mayBeGone ///< the last ones, none without all that were asked for after it
    };

    /// What is wrong with a registry that was opened anew: something acknowledged is missing, something is
    /// there in part or was never asked for. When all is well, history goes on from here.
    std::optional<std::string> judge(const PeerRegistry& registry, Refused refused,
                                     Acknowledged acknowledged = Acknowledged::isThere);

private:
    struct Said
    {
        std::string version;
        Duration ttl{0};
        WallTime earliestEnd{}; ///< when all renewals are lost that may be
        WallTime latestEnd{};
    };
    using Claims = std::map<std::string, Said>;  ///< by origin
    using State = std::map<std::string, Claims>; ///< by peer
    using Request = std::function<void(State&)>;
    enum class Answer
    {
        none,
        acknowledged,
        refused
    };
    struct Asked
    {
        Request request;
        Answer answer = Answer::none;
        std::uint64_t revision = 0;
    };

    void submitBatch(PeerRegistry& registry);
    void submitSync(PeerRegistry& registry);
    Completion remember(Request request);
    Change randomChange(std::vector<Request>& steps);
    Change randomDrop(std::vector<Request>& steps);
    Change randomRenewal(std::vector<Request>& steps);
    Duration randomTtl();
    /// What is wrong with the leases.
    std::optional<std::string> wrongLease(const PeerRegistry& registry, const State& state) const;
    std::optional<std::string> wrongLease(const std::string& peer, const Said& said,
                                          const Lease& lease) const;
    template <class Shown>
    bool fits(const PeerRegistry& registry, const Shown& found, const State& state) const;
    Peer randomPeer();
    /// Whether a registry that shows this is as it was at a moment before the last change was acknowledged;
    /// then history goes on from there.
    template <class Shown>
    bool wentBackTo(const PeerRegistry& registry, const Shown& found);
    std::string randomOrigin() { return _random() % 4 == 0 ? "file:a" : "api"; }

    const Clock* const _clock = nullptr;
    std::mt19937_64 _random;
    std::uint64_t _version = 0;
    State _base; ///< before everything that was asked for

    mutable std::mutex _mutex; ///< guards everything below
    std::condition_variable _answered;
    std::vector<Asked> _asked;
    std::size_t _open = 0;
    std::string _lastRefusal;
};

} // namespace waymark::registry
