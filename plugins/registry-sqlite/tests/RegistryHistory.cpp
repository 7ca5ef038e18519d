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
        for (const auto& [origin, version] : claims)
            origins.push_back(origin);
        shown.emplace(peer, std::pair(origins, claims.begin()->second));
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

void RegistryHistory::submitBatch(PeerRegistry& registry)
{
    ChangeBatch batch;
    std::vector<Request> steps;
    for (std::uint64_t count = 1 + _random() % 6; count > 0; --count) {
        const Peer peer = randomPeer();
        const std::string origin = randomOrigin();
        const std::string id = peer.id.toString();
        if (_random() % 3 == 0) {
            batch.push_back(DropClaim{peer.id, origin});
            steps.push_back([id, origin](State& state) {
                state[id].erase(origin);
                if (state[id].empty())
                    state.erase(id);
            });
        } else {
            batch.push_back(contract::put(peer, origin));
            steps.push_back([id, origin, version = peer.labels.at(versionLabel)](State& state) {
                state[id][origin] = version;
            });
        }
    }
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
            state[peer.id.toString()][origin] = peer.labels.at(versionLabel);
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

template <class Shown>
bool RegistryHistory::wentBackTo(const Shown& found)
{
    State state = _base;
    for (const Asked& asked : _asked) {
        if (shownFor(state) == found) {
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
    if (acknowledged == Acknowledged::mayBeGone && wentBackTo(found))
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
    bool fits = shownFor(state) == found;
    for (std::size_t i = settled; !fits && i < _asked.size() && refused == Refused::mayHaveHappened; ++i) {
        _asked[i].request(state);
        fits = shownFor(state) == found;
    }
    if (!fits)
        return missing;
    if (registry.revision().number < revision)
        return "the revision went back from " + std::to_string(revision) + " to " +
               std::to_string(registry.revision().number);
    _base = std::move(state);
    _asked.clear();
    return std::nullopt;
}

} // namespace waymark::registry
