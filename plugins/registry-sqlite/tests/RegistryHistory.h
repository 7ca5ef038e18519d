#pragma once

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
    using Claims = std::map<std::string, std::string>; ///< origin -> version of what it says
    using State = std::map<std::string, Claims>;       ///< by peer
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
    Peer randomPeer();
    /// Whether a registry that shows this is as it was at a moment before the last change was acknowledged;
    /// then history goes on from there.
    template <class Shown>
    bool wentBackTo(const Shown& found);
    std::string randomOrigin() { return _random() % 4 == 0 ? "file:a" : "api"; }

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
