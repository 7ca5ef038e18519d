#include "BootnodeFinder.h"

#include <algorithm>
#include <exception>
#include <utility>

namespace waymark::discv4
{

namespace
{

constexpr Duration firstPause = std::chrono::seconds(5);
constexpr Duration longestPause = std::chrono::minutes(5);

Duration pauseAfter(unsigned tries) noexcept
{
    constexpr unsigned doublings = 6;
    return std::min<Duration>(firstPause * (1 << std::min(tries, doublings)), longestPause);
}

} // namespace

void BootnodeFinder::follow(const std::vector<Bootnode>& bootnodes)
{
    {
        const std::lock_guard lock(_mutex);
        _bootnodes = bootnodes;
        std::map<node::NamedEnode, Sought> next;
        for (const Bootnode& bootnode : bootnodes)
            if (bootnode.name) {
                const auto known = _names.find(*bootnode.name);
                next.emplace(*bootnode.name,
                             known != _names.end() ? known->second : Sought{{}, _surroundings.clock.now()});
            }
        _names = std::move(next);
    }
    tell();
    tick();
}

bool BootnodeFinder::isDue(const node::NamedEnode& name, const Sought& sought, MonotonicTime now) const
{
    return !sought.isUnderWay && sought.due <= now &&
           (sought.addresses.empty() || !_surroundings.isReached(name.key));
}

void BootnodeFinder::tick()
{
    const MonotonicTime now = _surroundings.clock.now();
    std::vector<node::NamedEnode> due;
    {
        const std::lock_guard lock(_mutex);
        for (auto& [name, sought] : _names) {
            if (isDue(name, sought, now)) {
                due.push_back(name);
            } else if (!sought.isUnderWay && sought.due <= now) {
                sought.tries = 0; // it answers
                sought.due = now + firstPause;
            }
        }
        for (const node::NamedEnode& name : due)
            _names.at(name).isUnderWay = true;
    }
    for (const node::NamedEnode& name : due) {
        try {
            lookUp(name);
        } catch (const std::exception&) {
            postpone(name);
        }
    }
}

void BootnodeFinder::lookUp(const node::NamedEnode& name)
{
    Subscription lookup = _surroundings.resolver.resolve(
        name.host, [this, name](const Answer& answer) { learn(name, answer); });
    const std::lock_guard lock(_mutex);
    std::swap(_lookups[name], lookup); // the one before is over
}

void BootnodeFinder::postpone(const node::NamedEnode& name) noexcept
{
    const std::lock_guard lock(_mutex);
    const auto found = _names.find(name);
    if (found == _names.end())
        return;
    found->second.isUnderWay = false;
    found->second.due = _surroundings.clock.now() + firstPause;
}

void BootnodeFinder::learn(const node::NamedEnode& name, const Answer& answer)
{
    bool isChanged = false;
    bool isNews = false;
    {
        const std::lock_guard lock(_mutex);
        const auto found = _names.find(name);
        if (found == _names.end())
            return; // not configured any more
        Sought& sought = found->second;
        sought.isUnderWay = false;
        sought.due = _surroundings.clock.now() + pauseAfter(sought.tries++);
        if (answer) {
            auto addresses = *answer;
            std::ranges::sort(addresses); // name servers turn them
            isChanged = addresses != sought.addresses;
            sought.addresses = std::move(addresses);
        }
        isNews = !answer && !sought.isMissed;
        sought.isMissed = !answer;
    }
    if (isNews)
        _surroundings.log.warning("discv4.bootnode_unknown",
                                  {{"name", name.host}, {"reason", answer.error().message}},
                                  "A bootnode's name has no address; it is looked for again and again.");
    if (isChanged)
        tell();
}

std::vector<wire::Neighbor> BootnodeFinder::preferred(const std::vector<wire::Neighbor>& places) const
{
    for (const node::IpFamily family : {node::IpFamily::v4, node::IpFamily::v6}) {
        if (!_surroundings.hasFamily(family))
            continue;
        std::vector<wire::Neighbor> chosen;
        for (const wire::Neighbor& place : places)
            if (place.endpoint.ip.family() == family && chosen.size() < mostAddresses)
                chosen.push_back(place);
        if (!chosen.empty())
            return chosen;
    }
    return {};
}

void BootnodeFinder::tell()
{
    const std::lock_guard telling(_telling);
    std::vector<wire::Neighbor> all;
    {
        const std::lock_guard lock(_mutex);
        for (const Bootnode& bootnode : _bootnodes) {
            std::vector<wire::Neighbor> places = bootnode.places;
            if (bootnode.name)
                for (const node::IpAddress& ip : _names.at(*bootnode.name).addresses) {
                    const node::Enode found = bootnode.name->at(ip);
                    places.push_back({found.key, found.endpoint});
                }
            const auto chosen = preferred(places);
            all.insert(all.end(), chosen.begin(), chosen.end());
        }
    }
    _surroundings.tell(all);
}

void BootnodeFinder::stop() noexcept
{
    std::map<node::NamedEnode, Subscription> ending;
    const std::lock_guard lock(_mutex);
    ending.swap(_lookups);
}

} // namespace waymark::discv4
