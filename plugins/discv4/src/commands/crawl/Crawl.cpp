#include "commands/crawl/Crawl.h"

#include <utility>

namespace waymark::discv4::crawl
{

using toolkit::nodeset::Entry;
using toolkit::nodeset::NodeSet;

Crawl::Crawl(client::NodeClient& client, NodeSet& nodes, const Clock& clock, Random& random,
             const Options& options)
    : _client(client), _nodes(nodes), _clock(clock), _random(random), _options(options)
{
}

bool Crawl::add(const wire::Neighbor& node)
{
    if (!node.key.isOnCurve() || node.key == _client.key() || node.endpoint.udp == 0)
        return false;
    const auto id = node.key.nodeId();
    if (!_known.contains(id) && _known.size() >= _options.mostKnown) {
        ++_counts.forgotten;
        return false;
    }
    const auto [candidate, isNew] = _known.try_emplace(id);
    _counts.known = _known.size();
    auto& places = candidate->second.places;
    if (candidate->second.hasAnswered || places.size() >= mostPlaces ||
        !places.insert(node.endpoint.udpEndpoint()).second)
        return false;
    ++candidate->second.placesLeft;
    _waiting.push_back(node);
    return isNew;
}

void Crawl::addSet()
{
    for (const auto& [id, entry] : _nodes.entries())
        for (const auto family : {node::IpFamily::v4, node::IpFamily::v6})
            if (const auto place = entry.endpoint(family))
                add({entry.key(), *place});
}

void Crawl::proceed()
{
    while (_underWay < _options.parallel && !_waiting.empty()) {
        const wire::Neighbor node = _waiting.front();
        _waiting.pop_front();
        begin(node);
    }
}

void Crawl::begin(const wire::Neighbor& node)
{
    // It may have answered elsewhere meanwhile.
    const auto id = node.key.nodeId();
    if (_known.at(id).hasAnswered)
        return closePlace(id);
    ++_underWay;
    _client.requestRecord(node, _options.patience,
                          [this, node](const auto& answer) { onRecord(node, answer); });
}

void Crawl::onRecord(const wire::Neighbor& node, const client::Answer<client::RecordAnswer>& answer)
{
    const auto id = node.key.nodeId();
    const bool isThere = answer || answer.error().answeredPing;
    if (!isThere || std::exchange(_known.at(id).hasAnswered, true))
        return end(id);
    ++_counts.answered;
    keep(id, answer ? Entry(answer->record) : Entry(node::Enode::advertised(node.key, node.endpoint)));
    ask({node, 0});
}

/// First for the node's own neighbours, whom it knows best, then anywhere.
void Crawl::ask(const Visit& visit)
{
    node::PublicKey target = visit.node.key;
    if (visit.questions > 0) {
        FixedBytes<node::PublicKey::size> bytes{};
        _random.fill(bytes);
        target = node::PublicKey(bytes);
    }
    _client.findNode(visit.node, target, _options.patience,
                     [this, visit](const auto& answer) { onNeighbors(visit, answer); });
}

void Crawl::onNeighbors(Visit visit, const client::Answer<client::NeighborsAnswer>& answer)
{
    const auto id = visit.node.key.nodeId();
    if (!answer)
        return end(id);
    bool hasNews = false;
    for (const wire::Neighbor& told : answer->nodes)
        hasNews = add(told) || hasNews;
    ++visit.questions;
    const bool goesOn =
        visit.questions < _options.leastQuestions || (hasNews && visit.questions < _options.mostQuestions);
    if (goesOn)
        ask(visit);
    else
        end(id);
}

void Crawl::keep(const node::Hash256& id, Entry entry)
{
    if (_nodes.merge(std::move(entry)) == NodeSet::Merged::added)
        ++_counts.added;
    auto& history = _nodes.find(id)->history;
    const WallTime now = _clock.wallNow();
    ++history.score;
    if (!history.firstResponse)
        history.firstResponse = now;
    history.lastResponse = history.lastCheck = now;
}

void Crawl::noteFailure(const node::Hash256& id)
{
    Entry* const entry = _nodes.find(id);
    if (entry == nullptr)
        return;
    entry->history.lastCheck = _clock.wallNow();
    entry->history.score /= 2;
    if (entry->history.score > 0)
        return;
    _nodes.erase(id);
    ++_counts.removed;
}

void Crawl::end(const node::Hash256& id)
{
    --_underWay;
    closePlace(id);
}

/// A node is visited when it was looked for wherever it was said to be; others may tell of more later.
void Crawl::closePlace(const node::Hash256& id)
{
    Candidate& candidate = _known.at(id);
    if (--candidate.placesLeft > 0 || std::exchange(candidate.isVisited, true))
        return;
    ++_counts.visited;
    if (!candidate.hasAnswered)
        noteFailure(id);
}

} // namespace waymark::discv4::crawl
