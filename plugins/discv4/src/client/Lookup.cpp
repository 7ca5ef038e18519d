#include "client/Lookup.h"

#include "engine/Parameters.h"

#include <iterator>
#include <utility>

namespace waymark::discv4::client
{

namespace
{

/// The farthest go for nearer ones.
constexpr std::size_t mostCandidates = 256;

} // namespace

Lookup::Lookup(NodeClient& client, const node::PublicKey& target, Duration patience, Told told)
    : _client(client),
      _target(target),
      _targetId(target.nodeId()),
      _patience(patience),
      _told(std::move(told))
{
}

void Lookup::start(const std::vector<wire::Neighbor>& from)
{
    for (const wire::Neighbor& node : from)
        add(node);
    proceed();
}

void Lookup::add(const wire::Neighbor& node)
{
    // Whoever is searched for is asked by those who search.
    if (node.key == _client.key() || node.key == _target)
        return;
    auto distance = node.key.nodeId();
    for (std::size_t i = 0; i < distance.size(); ++i)
        distance[i] ^= _targetId[i];
    _candidates.try_emplace(distance, Candidate{node});
    const auto last = std::prev(_candidates.end());
    if (_candidates.size() > mostCandidates && last->second.state == State::fresh)
        _candidates.erase(last);
}

void Lookup::proceed()
{
    std::size_t rank = 0;
    for (auto& [distance, candidate] : _candidates) {
        if (_isStopped || _underWay >= engine::lookupConcurrency || rank >= engine::neighborCount)
            return;
        if (candidate.state == State::fresh)
            ask(distance, candidate);
        // Those that do not answer stand in nobody's way.
        rank += candidate.state == State::failed ? 0 : 1;
    }
}

void Lookup::ask(const node::Hash256& distance, Candidate& candidate)
{
    candidate.state = State::asking;
    ++_asked;
    ++_underWay;
    _client.findNode(candidate.node, _target, _patience,
                     [this, distance](const Answer<NeighborsAnswer>& answer) { take(distance, answer); });
}

void Lookup::take(const node::Hash256& distance, const Answer<NeighborsAnswer>& answer)
{
    --_underWay;
    _candidates.at(distance).state = answer ? State::answered : State::failed;
    if (answer) {
        ++_answered;
        for (const wire::Neighbor& node : answer->nodes) {
            _told(node);
            add(node);
        }
    } else if (!_firstFailure) {
        _firstFailure = answer.error();
    }
    proceed();
}

} // namespace waymark::discv4::client
