#include "RegistryHistory.h"

#include <waymark/contract/RegistryFixtures.h>

#include <cppunit/TestAssert.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace waymark::registry
{

namespace
{

constexpr std::uint64_t peers = 50;
constexpr const char* versionLabel = "version";

/// A state as a registry shows it: of each peer the origins, highest first, and what the highest says.
using Shown = std::map<std::string, std::pair<std::vector<std::string>, std::string>>;

Shown shownBy(const PeerRegistry& registry)
{
    Shown shown;
    for (const Peer& peer : contract::listAll(registry))
        shown.emplace(peer.id.toString(),
                      std::pair(contract::originsOf(registry, peer.id), peer.labels.at(versionLabel)));
    return shown;
}

template <class State>
Shown shownFor(const State& state)
{
    Shown shown;
    for (const auto& [peer, claims] : state) {
        std::vector<std::string> origins;
        for (const auto& [origin, said] : claims)
            origins.push_back(origin);
        shown.emplace(peer, std::pair(origins, claims.begin()->second.version));
    }
    return shown;
}

std::string difference(const Shown& expected, const Shown& found)
{
    const auto describe = [](const Shown& all, const std::string& peer) {
        const auto entry = all.find(peer);
        return entry == all.end() ? std::string("absent") : "version " + entry->second.second;
    };
    for (const auto* side : {&expected, &found}) {
        for (const auto& [peer, entry] : *side) {
            const auto same = [&peer = peer, &entry = entry](const Shown& all) {
                const auto other = all.find(peer);
                return other != all.end() && other->second == entry;
            };
            if (!same(expected) || !same(found))
                return peer + " should be " + describe(expected, peer) + " and is " + describe(found, peer);
        }
    }
    return "nothing";
}

} // namespace

Peer RegistryHistory::randomPeer()
{
    return {node::PeerId::parse("addr:peer-" + std::to_string(_random() % peers)).value(),
            {{Transport::tcp, "192.0.2.1", 1}},
            std::nullopt,
            {{versionLabel, std::to_string(++_version)}}};
}

void RegistryHistory::request(PeerRegistry& registry)
{
    _random() % 10 == 0 ? submitSync(registry) : submitBatch(registry);
}

Completion RegistryHistory::remember(Request request)
{
    const std::lock_guard lock(_mutex);
    const std::size_t index = _asked.size();
    _asked.push_back({std::move(request)});
    ++_open;
    return [this, index](const Result<ApplyReport>& report) {
        const std::lock_guard answering(_mutex);
        _asked[index].answer = report ? Answer::acknowledged : Answer::refused;
        if (report)
            _asked[index].revision = report->revision.number;
        else
            _lastRefusal = report.error().message;
        --_open;
        _answered.notify_all();
    };
}

Duration RegistryHistory::randomTtl()
{
    return _clock == nullptr ? Duration::zero() : std::chrono::hours(_random() % 4);
}

Change RegistryHistory::randomDrop(std::vector<Request>& steps)
{
    const Peer peer = randomPeer();
    const std::string origin = randomOrigin();
    steps.emplace_back([id = peer.id.toString(), origin](State& state) {
        state[id].erase(origin);
        if (state[id].empty())
            state.erase(id);
    });
    return DropClaim{peer.id, origin};
}

/// With the ttl that a claim has, which may be lost, or with another, which may not.
Change RegistryHistory::randomRenewal(std::vector<Request>& steps)
{
    const Peer peer = randomPeer();
    const std::string origin = randomOrigin();
    const auto ttl = _random() % 2 == 0 ? std::nullopt : std::optional(randomTtl());
    steps.emplace_back([id = peer.id.toString(), origin, ttl, now = _clock->wallNow()](State& state) {
        const auto claims = state.find(id);
        if (claims == state.end() || !claims->second.contains(origin))
            return;
        Said& said = claims->second[origin];
        const bool isAnother = ttl.value_or(said.ttl) != said.ttl;
        said.ttl = ttl.value_or(said.ttl);
        said.latestEnd = now + said.ttl;
        if (isAnother)
            said.earliestEnd = said.latestEnd;
    });
    return RenewLease{peer.id, origin, ttl};
}

Change RegistryHistory::randomChange(std::vector<Request>& steps)
{
    if (_clock != nullptr && _random() % 4 == 0)
        return randomRenewal(steps);
    if (_random() % 3 == 0)
        return randomDrop(steps);
    const Peer peer = randomPeer();
    const std::string origin = randomOrigin();
    const Duration ttl = randomTtl();
    const WallTime end = _clock == nullptr ? WallTime() : _clock->wallNow() + ttl;
    steps.emplace_back([id = peer.id.toString(), origin,
                        said = Said{peer.labels.at(versionLabel), ttl, end, end}](State& state) {
        state[id][origin] = said;
    });
    return PutClaim{{origin, peer, ttl}};
}

void RegistryHistory::submitBatch(PeerRegistry& registry)
{
    ChangeBatch batch;
    std::vector<Request> steps;
    for (std::uint64_t count = 1 + _random() % 6; count > 0; --count)
        batch.push_back(randomChange(steps));
    auto completion = remember([steps](State& state) {
        for (const Request& step : steps)
            step(state);
    });
    registry.apply(std::move(batch), std::move(completion));
}

void RegistryHistory::submitSync(PeerRegistry& registry)
{
    const std::string origin = randomOrigin();
    std::map<std::string, Peer> chosen;
    for (std::uint64_t count = _random() % 20; count > 0; --count) {
        const Peer peer = randomPeer();
        chosen.insert_or_assign(peer.id.toString(), peer);
    }
    std::vector<Peer> all;
    for (const auto& [id, peer] : chosen)
        all.push_back(peer);
    auto completion = remember([origin, all](State& state) {
        for (auto& [id, claims] : state)
            claims.erase(origin);
        std::erase_if(state, [](const auto& entry) { return entry.second.empty(); });
        for (const Peer& peer : all)
            state[peer.id.toString()][origin] = {.version = peer.labels.at(versionLabel)};
    });
    registry.sync(origin, std::move(all), std::move(completion));
}

void RegistryHistory::await()
{
    std::unique_lock lock(_mutex);
    CPPUNIT_ASSERT_MESSAGE("a completion never came",
                           _answered.wait_for(lock, std::chrono::minutes(1), [this] { return _open == 0; }));
}

std::size_t RegistryHistory::acknowledged() const
{
    const std::lock_guard lock(_mutex);
    return static_cast<std::size_t>(std::ranges::count(_asked, Answer::acknowledged, &Asked::answer));
}

std::string RegistryHistory::lastRefusal() const
{
    const std::lock_guard lock(_mutex);
    return _lastRefusal;
}

std::optional<std::string> RegistryHistory::wrongLease(const std::string& peer, const Said& said,
                                                       const Lease& lease) const
{
    if (lease.ttl != said.ttl)
        return peer + " should have a ttl of " + std::to_string(said.ttl.count()) + " and has " +
               std::to_string(lease.ttl.count());
    if (lease.isForever())
        return std::nullopt;
    const Duration left = lease.expiry - _clock->now();
    if (lease.wallExpiry < said.earliestEnd || lease.wallExpiry > said.latestEnd)
        return peer + " has a lease that ends at another time than any it was given";
    if (left != lease.wallExpiry - _clock->wallNow() || left > lease.ttl)
        return peer + " has more left of its lease, or less, than its end says";
    return std::nullopt;
}

std::optional<std::string> RegistryHistory::wrongLease(const PeerRegistry& registry, const State& state) const
{
    for (const auto& [peer, claims] : state) {
        for (const ClaimState& claim : registry.claims(node::PeerId::parse(peer).value())) {
            const auto said = claims.find(claim.origin);
            if (said == claims.end())
                return peer + " has a claim of " + claim.origin;
            if (auto wrong = wrongLease(peer, said->second, claim.lease))
                return wrong;
        }
    }
    return std::nullopt;
}

template <class Shown>
bool RegistryHistory::fits(const PeerRegistry& registry, const Shown& found, const State& state) const
{
    return shownFor(state) == found && !wrongLease(registry, state);
}

template <class Shown>
bool RegistryHistory::wentBackTo(const PeerRegistry& registry, const Shown& found)
{
    State state = _base;
    for (const Asked& asked : _asked) {
        if (fits(registry, found, state)) {
            _base = std::move(state);
            _asked.clear();
            return true;
        }
        if (asked.answer == Answer::acknowledged)
            asked.request(state);
    }
    return false;
}

std::optional<std::string> RegistryHistory::judge(const PeerRegistry& registry, Refused refused,
                                                  Acknowledged acknowledged)
{
    const std::lock_guard lock(_mutex);
    const Shown found = shownBy(registry);
    if (acknowledged == Acknowledged::mayBeGone && wentBackTo(registry, found))
        return std::nullopt;
    State state = _base;
    std::size_t settled = 0; // up to the last acknowledged, what was refused did not happen
    std::uint64_t revision = 0;
    for (std::size_t i = 0; i < _asked.size(); ++i) {
        if (_asked[i].answer == Answer::acknowledged)
            settled = i + 1;
    }
    for (std::size_t i = 0; i < settled; ++i) {
        if (_asked[i].answer == Answer::acknowledged) {
            _asked[i].request(state);
            revision = _asked[i].revision;
        }
    }
    std::string missing = difference(shownFor(state), found);
    if (shownFor(state) == found)
        missing = wrongLease(registry, state).value_or("nothing");
    bool isFine = fits(registry, found, state);
    for (std::size_t i = settled; !isFine && i < _asked.size() && refused == Refused::mayHaveHappened; ++i) {
        _asked[i].request(state);
        isFine = fits(registry, found, state);
    }
    if (!isFine)
        return missing;
    if (registry.revision().number < revision)
        return "the revision went back from " + std::to_string(revision) + " to " +
               std::to_string(registry.revision().number);
    _base = std::move(state);
    _asked.clear();
    return std::nullopt;
}

} // namespace waymark::registry
