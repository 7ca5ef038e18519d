#include "sim/Flight.h"
#include "sim/Mix.h"
#include "sim/SimTransport.h"

#include <waymark/testkit/sim/SimNetwork.h>

#include <algorithm>
#include <stdexcept>
#include <string>

namespace waymark::testkit::sim
{

struct SimNetwork::Watching
{
    struct Entry
    {
        Watcher watcher;
        bool active = true;
    };
    std::vector<std::shared_ptr<Entry>> entries;
};

SimNetwork::SimNetwork(Simulation& simulation, const LinkSettings& links)
    : _simulation(simulation),
      _random(simulation.random("network")),
      _links(links),
      _watching(std::make_shared<Watching>()),
      _distances(_random.next())
{
}

SimNetwork::~SimNetwork()
{
    _simulation.events().forget(*this);
}

Host& SimNetwork::addHost(HostSettings settings)
{
    if (settings.addresses.empty())
        throw std::invalid_argument("a host needs an address");
    auto host = std::make_unique<Host>(*this, _hosts.size(), std::move(settings));
    settle(*host);
    _hosts.push_back(std::move(host));
    return *_hosts.back();
}

Host& SimNetwork::addHost(std::string_view address)
{
    const auto parsed = node::IpAddress::parse(address);
    if (!parsed)
        throw std::invalid_argument(parsed.error().message);
    return addHost(HostSettings{.addresses = {*parsed}});
}

Nat& SimNetwork::addNat(const NatSettings& settings)
{
    auto nat = std::make_unique<Nat>(settings);
    if (!_sites.try_emplace(nat->address(), Site{nullptr, nat.get()}).second)
        throw std::invalid_argument(nat->address().toString() + " is taken");
    _nats.push_back(std::move(nat));
    return *_nats.back();
}

void SimNetwork::settle(Host& host)
{
    Nat* const nat = host.settings().nat;
    for (const Address& address : host.settings().addresses) {
        const bool isPrivate = nat != nullptr && address.isV4();
        const bool isNew = isPrivate ? nat->_inside.try_emplace(address, &host).second
                                     : _sites.try_emplace(address, Site{&host, nullptr}).second;
        if (isNew)
            continue;
        throw std::invalid_argument(address.toString() + " is taken");
    }
}

void SimNetwork::unsettle(const Host& host)
{
    Nat* const nat = host.settings().nat;
    for (const Address& address : host.settings().addresses) {
        if (nat != nullptr && address.isV4())
            nat->_inside.erase(address);
        else
            _sites.erase(address);
    }
}

void SimNetwork::renumber(Host& host, std::vector<node::IpAddress> addresses)
{
    if (addresses.empty())
        throw std::invalid_argument("a host needs an address");
    unsettle(host);
    host._settings.addresses = std::move(addresses);
    settle(host);
}

void SimNetwork::setLink(const node::IpAddress& from, const node::IpAddress& to, const LinkSettings& settings)
{
    _pairs[{from, to}] = settings;
}

const LinkSettings& SimNetwork::linkBetween(const Address& from, const Address& to) const noexcept
{
    if (_pairs.empty())
        return _links;
    const auto pair = _pairs.find({from, to});
    return pair != _pairs.end() ? pair->second : _links;
}

void SimNetwork::partition(std::span<Host* const> hosts)
{
    ++_islands;
    for (Host* const host : hosts)
        (host->_settings.nat != nullptr ? host->_settings.nat->_island : host->_island) = _islands;
}

void SimNetwork::heal()
{
    _islands = 0;
    for (const auto& host : _hosts)
        host->_island = 0;
    for (const auto& nat : _nats)
        nat->_island = 0;
}

const SimNetwork::Site* SimNetwork::siteOf(const Address& address) const noexcept
{
    const auto found = _sites.find(address);
    return found != _sites.end() ? &found->second : nullptr;
}

bool SimNetwork::isCut(const Flight& flight) const noexcept
{
    if (_islands == 0 || flight.from == nullptr)
        return false;
    if (flight.to != nullptr)
        return flight.to->island() != flight.from->island();
    const Site* const site = siteOf(flight.destination.ip);
    if (site == nullptr)
        return false;
    return (site->nat != nullptr ? site->nat->_island : site->host->island()) != flight.from->island();
}

Subscription SimNetwork::watch(Watcher watcher)
{
    auto entry = std::make_shared<Watching::Entry>(Watching::Entry{std::move(watcher)});
    _watching->entries.push_back(entry);
    return Subscription([watching = std::weak_ptr<Watching>(_watching), entry] {
        entry->active = false;
        if (const auto alive = watching.lock())
            std::erase(alive->entries, entry);
    });
}

NetworkCounts SimNetwork::counts() const noexcept
{
    NetworkCounts counts = _counts;
    counts.pending = _flights.size() - _idle.size();
    return counts;
}

Flight& SimNetwork::take()
{
    if (_idle.empty()) {
        _flights.push_back(std::make_unique<Flight>());
        _idle.push_back(_flights.back().get());
        _idle.back()->slot = _flights.size() - 1;
    }
    Flight& flight = *_idle.back();
    _idle.pop_back();
    flight.number = ++_numbers;
    flight.sentAt = _simulation.now();
    flight.from = nullptr;
    flight.to = nullptr;
    return flight;
}

void SimNetwork::end(Flight& flight, Fate fate, const Host* to)
{
    ++_counts.fates[static_cast<std::size_t>(fate)];
    Trace& trace = _simulation.trace();
    trace.add(_simulation.now(), flight.number, static_cast<std::uint64_t>(fate));
    if (trace.hasSink())
        trace.line(_simulation.now(),
                   '#' + std::to_string(flight.number) + ' ' + std::string(toString(fate)));
    if (!_watching->entries.empty()) {
        const Journey journey{
            flight.source, flight.destination, flight.payload, flight.from, to, flight.sentAt, fate};
        const auto entries = _watching->entries;
        for (const auto& entry : entries)
            if (entry->active)
                entry->watcher(journey);
    }
    _idle.push_back(&flight);
}

} // namespace waymark::testkit::sim
