#include "engine/Lookups.h"

#include "engine/Distance.h"

#include <algorithm>
#include <new>
#include <utility>

namespace waymark::discv4::engine
{

namespace
{

/// No endpoint is pinged twice within a second.
constexpr Duration restBeforeRetry = std::chrono::seconds(1);

} // namespace

void Lookups::start(const node::PublicKey& target, std::span<const LookupNode> seeds, const Extent& extent,
                    Completion completion)
{
    Search search{target, target.nodeId(), {}, 0, extent, 0, 0, std::move(completion)};
    for (const LookupNode& seed : seeds)
        add(search, seed, true);
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

void Lookups::add(Search& search, const LookupNode& node, bool isSeed)
{
    auto& candidates = search.candidates;
    const auto place = std::ranges::find_if(candidates, [&](const Candidate& other) {
        return !isNearer(search.targetId, other.node.id, node.id);
    });
    if (place != candidates.end() && place->node.id == node.id)
        return addPlace(*place, node.node);
    candidates.insert(place, Candidate{.node = node, .isSeed = isSeed});
    search.told += isSeed ? 0 : 1;
    if (search.told > maximumTold)
        forgetFarthest(search);
}

void Lookups::addPlace(Candidate& candidate, const wire::Neighbor& place)
{
    const bool isKnown = place.endpoint.udpEndpoint() == candidate.node.node.endpoint.udpEndpoint();
    if (isKnown || candidate.isThere || candidate.others.size() >= maximumOthers ||
        std::ranges::count(candidate.others, place) > 0)
        return;
    candidate.others.push_back(place);
    if (candidate.stage == Stage::failed)
        fail(candidate);
}

void Lookups::fail(Candidate& candidate)
{
    candidate.stage = Stage::failed;
    if (candidate.others.empty() || candidate.isThere)
        return;
    candidate.node.node = candidate.others.front();
    candidate.others.erase(candidate.others.begin());
    candidate.stage = Stage::fresh;
    candidate.tries = 0;
}

void Lookups::forgetFarthest(Search& search)
{
    auto& candidates = search.candidates;
    const auto farthest = std::find_if(candidates.rbegin(), candidates.rend(),
                                       [](const Candidate& candidate) { return !candidate.isSeed; });
    search.underWay -= isUnderWay(*farthest) ? 1 : 0;
    --search.told;
    candidates.erase(std::next(farthest).base());
}

bool Lookups::isAskingAt(const node::IpAddress& ip, MonotonicTime now) const
{
    if (active() == 0)
        return false;
    const std::lock_guard lock(_mutex);
    return std::ranges::any_of(_searches, [&](const Search& search) {
        return std::ranges::any_of(search.candidates,
                                   [&](const Candidate& candidate) { return isAskedAt(candidate, ip, now); });
    });
}

bool Lookups::isAsking(const NodeAddress& from, MonotonicTime now) const
{
    const std::lock_guard lock(_mutex);
    for (const Search& search : _searches)
        for (const Candidate& candidate : search.candidates)
            if (isAsking(candidate, from, now))
                return true;
    return false;
}

bool Lookups::neighbors(const NodeAddress& from, std::span<const LookupNode> nodes, std::size_t told,
                        MonotonicTime now)
{
    const std::lock_guard lock(_mutex);
    for (Search& search : _searches) {
        const auto asked = std::ranges::find_if(
            search.candidates, [&](const Candidate& candidate) { return isAsking(candidate, from, now); });
        if (asked == search.candidates.end())
            continue;
        asked->heard = true;
        asked->isThere = true;
        asked->told += told;
        if (told == 0 || asked->told >= neighborCount) {
            asked->stage = Stage::answered;
            --search.underWay;
        }
        for (const LookupNode& node : nodes)
            add(search, node, false); // asked is not valid from here on
        return true;
    }
    return false;
}

void Lookups::ask(Candidate& candidate, MonotonicTime now, const Search& search, LookupPorts& ports,
                  net::DatagramSink& sink) const
{
    candidate.stage = Stage::asked;
    candidate.deadline = now + _timeout;
    if (!ports.ask(candidate.node, search.target, sink))
        candidate.deadline = now; // nothing that comes is an answer
}

void Lookups::begin(Candidate& candidate, MonotonicTime now, Search& search, LookupPorts& ports,
                    net::DatagramSink& sink) const
{
    ++candidate.tries;
    ++search.asked;
    if (ports.isBonded(candidate.node)) {
        ask(candidate, now, search, ports, sink);
    } else {
        candidate.stage = Stage::bonding;
        candidate.deadline = now + _timeout;
        candidate.pingedAt = now;
        ports.bond(candidate.node, sink);
    }
}

void Lookups::settle(Candidate& candidate, MonotonicTime now, Search& search, LookupPorts& ports,
                     net::DatagramSink& sink) const
{
    const bool over = now >= candidate.deadline;
    if (candidate.stage == Stage::asked && over) {
        if (candidate.heard) {
            candidate.stage = Stage::answered;
        } else {
            ports.unanswered(candidate.node);
            fail(candidate);
        }
        return;
    }
    if (candidate.stage == Stage::resting && over) {
        begin(candidate, now, search, ports, sink);
        return;
    }
    if (candidate.stage != Stage::bonding)
        return;
    const bool isBonded = ports.isBonded(candidate.node);
    candidate.isThere |= ports.hasProvenSince(candidate.node, candidate.pingedAt);
    if (isBonded || (over && ports.isProven(candidate.node))) {
        ask(candidate, now, search, ports, sink);
    } else if (over) {
        fail(candidate);
    }
}

bool Lookups::step(Search& search, MonotonicTime now, LookupPorts& ports, net::DatagramSink& sink) const
{
    std::size_t unsettled = search.underWay;
    for (auto candidate = search.candidates.begin(); unsettled > 0 && candidate != search.candidates.end();
         ++candidate) {
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
        const bool isTooMuch =
            candidate.stage == Stage::fresh && !candidate.isSeed && search.asked >= maximumAsked;
        if (candidate.stage == Stage::failed || isTooMuch)
            continue;
        if (++nearest > search.extent.answers)
            break;
        if (candidate.stage == Stage::fresh) {
            candidate.stage = Stage::bonding;
            ++search.underWay; // whatever begin() throws
            begin(candidate, now, search, ports, sink);
        }
    }
    if (search.underWay == 0)
        askTheRest(search, now);
    return search.underWay == 0;
}

void Lookups::askTheRest(Search& search, MonotonicTime now)
{
    if (search.extent.tries == 1)
        return;
    std::size_t nearest = 0;
    for (Candidate& candidate : search.candidates) {
        const bool isSilent = ++nearest <= search.extent.answers && candidate.stage == Stage::failed &&
                              candidate.tries < search.extent.tries && search.asked < maximumAsked;
        const bool isLeftOut = candidate.stage == Stage::fresh && candidate.node.isBootnode;
        if (!isSilent && !isLeftOut)
            continue;
        candidate.stage = Stage::resting;
        candidate.deadline = isSilent ? now + restBeforeRetry : now;
        ++search.underWay;
    }
}

std::vector<LookupNode> Lookups::resultOf(const Search& search)
{
    std::vector<LookupNode> result;
    for (const Candidate& candidate : search.candidates)
        if ((candidate.stage == Stage::answered || candidate.isThere) && result.size() < neighborCount)
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
            try {
                if (step(*current, now, ports, sink))
                    over.splice(over.end(), _searches, current);
            } catch (const std::bad_alloc&) { // NOLINT(bugprone-empty-catch)
                // Who was to be asked counts as silent when his time is over.
            }
        }
        _active.store(_searches.size(), std::memory_order_relaxed);
    }
    complete(over);
}

void Lookups::complete(const std::list<Search>& over)
{
    for (const Search& search : over) {
        if (!search.completion)
            continue;
        std::vector<LookupNode> result;
        try {
            result = resultOf(search);
        } catch (const std::bad_alloc&) { // NOLINT(bugprone-empty-catch)
            // Then nothing was found.
        }
        try {
            search.completion(std::move(result));
        } catch (const std::exception&) { // NOLINT(bugprone-empty-catch)
            // The completions of others come all the same.
        }
    }
}

void Lookups::stop()
{
    std::list<Search> over;
    {
        const std::lock_guard lock(_mutex);
        over.swap(_searches);
        _active.store(0, std::memory_order_relaxed);
    }
    complete(over);
}

} // namespace waymark::discv4::engine
