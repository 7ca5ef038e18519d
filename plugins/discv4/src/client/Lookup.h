#pragma once

#include "client/NodeClient.h"
#include "wire/Message.h"

#include <waymark/base/Clock.h>
#include <waymark/node/Key.h>

#include <functional>
#include <map>
#include <vector>

namespace waymark::discv4::client
{

/// Goes nearer to a target from node to node (Kademlia), three at a time, until the sixteen nearest were
/// asked. It works while its client is polled, and outlives the requests that it has there. One thread.
class Lookup
{
public:
    /// Called for every node that is told of, again whenever it is told of again.
    using Told = std::function<void(const wire::Neighbor&)>;

    /// `patience` is for each packet.
    Lookup(NodeClient& client, const node::PublicKey& target, Duration patience, Told told);
    Lookup(const Lookup&) = delete;
    Lookup& operator=(const Lookup&) = delete;

    void start(const std::vector<wire::Neighbor>& from);
    /// Asks nobody else.
    void stop() noexcept { _isStopped = true; }
    bool isOver() const noexcept { return _underWay == 0; }

    unsigned asked() const noexcept { return _asked; }
    unsigned answered() const noexcept { return _answered; }
    /// Why the first node that failed did.
    const std::optional<Failure>& firstFailure() const noexcept { return _firstFailure; }

private:
    enum class State : std::uint8_t
    {
        fresh,
        asking,
        answered,
        failed
    };
    struct Candidate
    {
        wire::Neighbor node;
        State state = State::fresh;
    };

    void add(const wire::Neighbor& node);
    void proceed();
    void ask(const node::Hash256& distance, Candidate& candidate);
    void take(const node::Hash256& distance, const Answer<NeighborsAnswer>& answer);

    NodeClient& _client;
    node::PublicKey _target;
    node::Hash256 _targetId;
    Duration _patience;
    Told _told;
    std::map<node::Hash256, Candidate>
        _candidates; ///< by what their id is XORed with the target's: nearest first
    unsigned _underWay = 0;
    unsigned _asked = 0;
    unsigned _answered = 0;
    bool _isStopped = false;
    std::optional<Failure> _firstFailure;
};

} // namespace waymark::discv4::client
