#include "engine/Lookups.h"

#include "engine/Distance.h"

#include <algorithm>
#include <utility>

namespace waymark::discv4::engine
{

void Lookups::start(const node::PublicKey& target, std::span<const LookupNode> seeds, const Extent& extent,
                    Completion completion)
{
    Search search{target, target.nodeId(), {}, extent, 0, std::move(completion)};
    for (const LookupNode& seed : seeds)
        add(search, seed);
    {
        const std::lock_guard lock(_mutex);
        if (!search.candidates.empty() && _searches.size() < maximum) {
            _searches.push_back(std::move(search));
            _active.store(_searches.size(), std::memory_order_relaxed);
            return;
        }
    }
    if (search.completion)
        search.completion({});
}

void Lookups::add(Search& search, const LookupNode& node)
{
    auto& candidates = search.candidates;
    const auto place = std::ranges::find_if(candidates, [&](const Candidate& other) {
        return !isNearer(search.targetId, other.node.id, node.id);
    });
    if (place != candidates.end() && place->node.id == node.id)
        return;
    candidates.insert(place, Candidate{node, Stage::fresh, {}, 0, false});
    if (candidates.size() > maximumCandidates) {
        search.underWay -= isUnderWay(candidates.back()) ? 1 : 0;
        candidates.pop_back();
    }
}

bool Lookups::isAsking(const NodeAddress& from) const
{
    const std::lock_guard lock(_mutex);
    for (const Search& search : _searches)
        for (const Candidate& candidate : search.candidates)
            if (candidate.stage == Stage::asked && candidate.node.id == from.id &&
                candidate.node.node.endpoint.ip == from.ip)
                return true;
    return false;
}

bool Lookups::neighbors(const NodeAddress& from, std::span<const LookupNode> nodes, std::size_t told)
{
    const std::lock_guard lock(_mutex);
    for (Search& search : _searches) {
        const auto asked = std::ranges::find_if(search.candidates, [&](const Candidate& candidate) {
            return candidate.stage == Stage::asked && candidate.node.id == from.id &&
                   candidate.node.node.endpoint.ip == from.ip;
        });
        if (asked == search.candidates.end())
            continue;
        asked->heard = true;
        asked->told += told;
        if (told == 0 || asked->told >= neighborCount) {
            asked->stage = Stage::answered;
            --search.underWay;
        }
        for (const LookupNode& node : nodes)
            add(search, node); // asked is not valid from here on
        return true;
    }
    return false;
}

void Lookups::begin(Candidate& candidate, MonotonicTime now, const Search& search, LookupPorts& ports,
                    net::DatagramSink& sink) const
{
    candidate.deadline = now + _timeout;
    if (ports.isBonded(candidate.node)) {
        candidate.stage = Stage::asked;
        ports.ask(candidate.node, search.target, sink);
    } else {
        candidate.stage = Stage::bonding;
        ports.bond(candidate.node, sink);
    }
}

void Lookups::settle(Candidate& candidate, MonotonicTime now, const Search& search, LookupPorts& ports,
                     net::DatagramSink& sink) const
{
    const bool over = now >= candidate.deadline;
    if (candidate.stage == Stage::asked && over) {
        candidate.stage = candidate.heard ? Stage::answered : Stage::failed;
        if (!candidate.heard)
            ports.unanswered(candidate.node);
    }
    if (candidate.stage != Stage::bonding)
        return;
    if (ports.isBonded(candidate.node) || (over && ports.isProven(candidate.node))) {
        candidate.stage = Stage::asked;
        candidate.deadline = now + _timeout;
        ports.ask(candidate.node, search.target, sink);
    } else if (over) {
        candidate.stage = Stage::failed;
    }
}

bool Lookups::step(Search& search, MonotonicTime now, LookupPorts& ports, net::DatagramSink& sink) const
{
    std::size_t unsettled = search.underWay;
    for (auto candidate = search.candidates.begin(); unsettled > 0; ++candidate) {
        if (!isUnderWay(*candidate))
            continue;
        --unsettled;
        settle(*candidate, now, search, ports, sink);
        search.underWay -= isUnderWay(*candidate) ? 0 : 1;
    }
    std::size_t nearest = 0;
    for (Candidate& candidate : search.candidates) {
        if (search.underWay >= search.extent.atOnce)
            break;
        if (candidate.stage == Stage::failed)
            continue;
        if (++nearest > search.extent.answers)
            break;
        if (candidate.stage == Stage::fresh) {
            begin(candidate, now, search, ports, sink);
            ++search.underWay;
        }
    }
    return search.underWay == 0;
}

std::vector<LookupNode> Lookups::resultOf(const Search& search)
{
    std::vector<LookupNode> result;
    for (const Candidate& candidate : search.candidates)
        if (candidate.stage == Stage::answered && result.size() < neighborCount)
            result.push_back(candidate.node);
    return result;
}

void Lookups::advance(MonotonicTime now, LookupPorts& ports, net::DatagramSink& sink)
{
    std::list<Search> over;
    {
        const std::lock_guard lock(_mutex);
        for (auto search = _searches.begin(); search != _searches.end();) {
            const auto current = search++;
            if (step(*current, now, ports, sink))
                over.splice(over.end(), _searches, current);
        }
        _active.store(_searches.size(), std::memory_order_relaxed);
    }
    for (const Search& search : over)
        if (search.completion)
            search.completion(resultOf(search));
}

void Lookups::stop()
{
    std::list<Search> over;
    {
        const std::lock_guard lock(_mutex);
        over.swap(_searches);
        _active.store(0, std::memory_order_relaxed);
    }
    for (const Search& search : over)
        if (search.completion)
            search.completion(resultOf(search));
}

} // namespace waymark::discv4::engine
