#include "engine/AddressVotes.h"

#include "engine/Reach.h"

namespace waymark::discv4::engine
{

void AddressVotes::vote(const node::IpAddress& voter, const node::IpAddress& seen, MonotonicTime now)
{
    if (seen.family() != voter.family() || !mayTell(voter, seen))
        return;
    const node::IpAddress ballot = isLocal(voter) ? voter : prefixOf(voter);
    const std::uint64_t hash = _hash(ballot);
    const std::uint64_t tag = tagOf(hash, seen, now);
    auto& last = _lately[static_cast<std::size_t>(hash % slots)];
    if (last.load(std::memory_order_relaxed) == tag)
        return;
    const std::lock_guard lock(_mutex);
    Poll& poll = _polls[static_cast<std::size_t>(voter.family())];
    poll.forgetBefore(now - validity);
    poll.cast({ballot, seen, now});
    last.store(tag, std::memory_order_relaxed);
}

std::uint64_t AddressVotes::tagOf(std::uint64_t voter, const node::IpAddress& seen,
                                  MonotonicTime now) const noexcept
{
    const auto second = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
    return _hash.bytes(seen.bytes(), _hash(voter ^ static_cast<std::uint64_t>(second)));
}

std::optional<AddressVotes::Majority> AddressVotes::majority(node::IpFamily family, MonotonicTime now)
{
    const std::lock_guard lock(_mutex);
    Poll& poll = _polls[static_cast<std::size_t>(family)];
    poll.forgetBefore(now - validity);
    for (const auto& [ip, hosts] : poll.hostsThatSee) {
        if (hosts * 2 > poll.byAge.size())
            return Majority{ip, hosts};
    }
    return std::nullopt;
}

/// What may fail for want of memory comes first.
void AddressVotes::Poll::cast(const Vote& vote)
{
    ++hostsThatSee[vote.seen];
    try {
        const auto known = byBallot.find(vote.ballot);
        if (known != byBallot.end()) {
            uncount(known->second->seen);
            *known->second = vote;
            byAge.splice(byAge.end(), byAge, known->second);
            return;
        }
        ByAge fresh{vote};
        byBallot.emplace(vote.ballot, fresh.begin());
        byAge.splice(byAge.end(), fresh);
    } catch (...) {
        uncount(vote.seen);
        throw;
    }
    if (byAge.size() > mostVoters)
        dropOldest();
}

void AddressVotes::Poll::forgetBefore(MonotonicTime time)
{
    while (!byAge.empty() && byAge.front().at < time)
        dropOldest();
}

void AddressVotes::Poll::dropOldest()
{
    byBallot.erase(byAge.front().ballot);
    uncount(byAge.front().seen);
    byAge.pop_front();
}

void AddressVotes::Poll::uncount(const node::IpAddress& seen)
{
    const auto counted = hostsThatSee.find(seen);
    if (--counted->second == 0)
        hostsThatSee.erase(counted);
}

} // namespace waymark::discv4::engine
