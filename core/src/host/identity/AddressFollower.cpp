#include "host/identity/AddressFollower.h"

#include "net/SocketAddress.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <system_error>
#include <utility>

namespace waymark::host
{

namespace
{

/// How often it is seen whether something is due.
constexpr Duration tickInterval = std::chrono::seconds(1);
constexpr Duration firstRetry = std::chrono::seconds(2);

Duration retryAfter(unsigned failures, Duration longest) noexcept
{
    constexpr unsigned doublings = 10;
    return std::min<Duration>(firstRetry * (1 << std::min(failures, doublings)), longest);
}

std::optional<node::IpAddress> addressOf(const ifaddrs& entry) noexcept
{
    if (entry.ifa_addr == nullptr || (entry.ifa_flags & IFF_UP) == 0)
        return std::nullopt;
    sockaddr_storage storage{};
    const int family = entry.ifa_addr->sa_family;
    if (family != AF_INET && family != AF_INET6)
        return std::nullopt;
    std::memcpy(&storage, entry.ifa_addr, family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6));
    const auto endpoint = net::toEndpoint(storage);
    return endpoint ? std::optional(endpoint->ip) : std::nullopt;
}

/// Without those that nobody reaches, those that carry furthest first.
std::vector<node::IpAddress> usable(std::vector<node::IpAddress> addresses)
{
    std::erase_if(addresses, [](const node::IpAddress& ip) {
        const bool isLinkLocal = ip.isV6() && ip.bytes()[0] == 0xfe && (ip.bytes()[1] & 0xc0) == 0x80;
        return isLinkLocal || ip.scope() == node::IpScope::special;
    });
    const auto rank = [](const node::IpAddress& ip) {
        return ip.scope() == node::IpScope::global ? 0 : ip.scope() == node::IpScope::lan ? 1 : 2;
    };
    std::ranges::stable_sort(addresses, {}, rank);
    return addresses;
}

} // namespace

Result<std::vector<node::IpAddress>> interfaceAddresses(const std::string& name)
{
    ifaddrs* first = nullptr;
    if (::getifaddrs(&first) != 0)
        return failure(ErrorCode::io, "getifaddrs: " + std::generic_category().message(errno));
    const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owner(first, &::freeifaddrs);
    std::vector<node::IpAddress> found;
    bool isThere = false;
    for (const ifaddrs* entry = first; entry != nullptr; entry = entry->ifa_next) {
        if (name != entry->ifa_name)
            continue;
        isThere = true;
        if (const auto address = addressOf(*entry))
            found.push_back(*address);
    }
    if (!isThere)
        return failure(ErrorCode::notFound, "there is no network interface " + name);
    return found;
}

AddressFollower::AddressFollower(Surroundings surroundings) : _surroundings(std::move(surroundings)) {}

AddressFollower::~AddressFollower()
{
    stop();
}

void AddressFollower::follow(const NodeSettings& settings)
{
    const MonotonicTime now = _surroundings.clock.now();
    {
        const std::lock_guard lock(_mutex);
        _interval = settings.resolveInterval;
        std::map<ExternalAddress, Followed> next;
        for (const ExternalAddress& source : settings.external)
            if (source.kind == ExternalAddress::Kind::interface ||
                source.kind == ExternalAddress::Kind::name) {
                const auto known = _sources.find(source);
                Followed& followed = next[source];
                if (known != _sources.end())
                    followed = known->second;
                followed.due = now;
            }
        _sources = std::move(next);
    }
    look();
    const bool isAnything = [this] {
        const std::lock_guard lock(_mutex);
        return !_sources.empty();
    }();
    if (!isAnything)
        _ticks.reset();
    else if (!_ticks)
        _ticks = _surroundings.timers.every(tickInterval, [this] { look(); });
}

void AddressFollower::stop() noexcept
{
    _ticks.reset();
    std::map<ExternalAddress, Subscription> ending;
    {
        const std::lock_guard lock(_mutex);
        ending.swap(_lookups);
    }
}

void AddressFollower::look()
{
    const MonotonicTime now = _surroundings.clock.now();
    std::vector<ExternalAddress> due;
    {
        const std::lock_guard lock(_mutex);
        for (auto& [source, followed] : _sources) {
            if (followed.isUnderWay || followed.due > now)
                continue;
            followed.isUnderWay = true;
            due.push_back(source);
        }
    }
    for (const ExternalAddress& source : due)
        ask(source);
}

void AddressFollower::ask(const ExternalAddress& source)
{
    if (source.kind == ExternalAddress::Kind::interface) {
        learn(source, _surroundings.readInterface(source.name));
        return;
    }
    Subscription lookup = _surroundings.resolver.resolve(
        source.name, [this, source](const Answer& answer) { learn(source, answer); });
    const std::lock_guard lock(_mutex);
    std::swap(_lookups[source], lookup); // the one before is over
}

void AddressFollower::learn(const ExternalAddress& source, const Answer& answer)
{
    const auto addresses = answer ? usable(*answer) : std::vector<node::IpAddress>();
    if (!addresses.empty())
        _surroundings.node.found(source, addresses);
    unsigned failures = 0;
    {
        const std::lock_guard lock(_mutex);
        const auto followed = _sources.find(source);
        if (followed == _sources.end())
            return; // not asked for any more
        auto& state = followed->second;
        state.isUnderWay = false;
        const bool isKnown = !addresses.empty();
        failures = state.failures;
        state.due = _surroundings.clock.now() + (isKnown ? _interval : retryAfter(failures, _interval));
        state.failures = isKnown ? 0 : failures + 1;
    }
    if (addresses.empty())
        tellFailure(source, failures,
                    answer ? "it has no address that others may reach" : answer.error().message);
    else if (failures > 0)
        _surroundings.log.info("node.address_found",
                               {{"source", source.toString()}, {"address", addresses.front().toString()}});
}

void AddressFollower::tellFailure(const ExternalAddress& source, unsigned failures,
                                  const std::string& reason) const
{
    if (failures > 0)
        return;
    _surroundings.log.warning(
        "node.address_unknown", {{"source", source.toString()}, {"reason", reason}},
        "node.external-ip has no address there; the last one holds, and it is looked for "
        "again and again");
}

} // namespace waymark::host
