#include "engine/AddressVotes.h"

#include "engine/Reach.h"

#include <algorithm>

namespace waymark::discv4::engine
{

void AddressVotes::vote(const node::IpAddress& voter, const node::IpAddress& seen, MonotonicTime now)
{
    if (seen.family() != voter.family() || !mayTell(voter, seen))
        return;
    const node::IpAddress ballot = isLocal(voter) ? voter : prefixOf(voter);
    const std::lock_guard lock(_mutex);
    Votes& votes = _votes[static_cast<std::size_t>(voter.family())];
    if (votes.size() >= mostVoters && !votes.contains(ballot)) {
        forget(votes, now);
        if (votes.size() >= mostVoters)
            votes.erase(
                std::ranges::min_element(votes, {}, [](const auto& entry) { return entry.second.at; }));
    }
    votes.insert_or_assign(ballot, Vote{seen, now});
}

void AddressVotes::forget(Votes& votes, MonotonicTime now)
{
    std::erase_if(votes, [now](const auto& entry) { return now - entry.second.at > validity; });
}

std::optional<AddressVotes::Majority> AddressVotes::majority(node::IpFamily family, MonotonicTime now)
{
    const std::lock_guard lock(_mutex);
    Votes& votes = _votes[static_cast<std::size_t>(family)];
    forget(votes, now);
    // Boyer and Moore: if there is a majority at all, it is the one that is left over.
    Majority candidate;
    for (const auto& [voter, vote] : votes) {
        if (candidate.hosts == 0)
            candidate.ip = vote.seen;
        if (vote.seen == candidate.ip)
            ++candidate.hosts;
        else
            --candidate.hosts;
    }
    candidate.hosts = static_cast<std::size_t>(
        std::ranges::count_if(votes, [&](const auto& entry) { return entry.second.seen == candidate.ip; }));
    return candidate.hosts * 2 > votes.size() ? std::optional(candidate) : std::nullopt;
}

} // namespace waymark::discv4::engine
