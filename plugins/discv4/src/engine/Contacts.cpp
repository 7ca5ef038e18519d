#include "engine/Contacts.h"

#include <algorithm>
#include <utility>

namespace waymark::discv4::engine
{

namespace
{

constexpr Duration firstRetry = std::chrono::seconds(2);
constexpr Duration longestRetry = std::chrono::minutes(5);
constexpr Duration afterAnswer = std::chrono::minutes(30);
/// A bootnode that leaves more pings unanswered is silent.
constexpr unsigned missesAllowed = 2;
/// Pings that leave in one tick.
constexpr std::size_t atOnce = 8;

Duration retryAfter(unsigned attempts) noexcept
{
    constexpr unsigned doublings = 8;
    return std::min<Duration>(firstRetry * (1 << std::min(attempts, doublings)), longestRetry);
}

} // namespace

void Contacts::setBootnodes(const std::vector<wire::Neighbor>& bootnodes, MonotonicTime now)
{
    const std::lock_guard lock(_mutex);
    std::vector<Contact> next;
    for (const wire::Neighbor& node : bootnodes) {
        const auto known = std::ranges::find_if(
            _contacts, [&](const Contact& contact) { return !contact.once && contact.node == node; });
        next.push_back(known != _contacts.end() ? *known
                                                : Contact{node.key.nodeId(), node, false, 0, false, now});
    }
    for (const Contact& contact : next)
        _endpoints.add(contact.node.endpoint.udpEndpoint());
    for (const Contact& contact : _contacts)
        if (!contact.once)
            _endpoints.remove(contact.node.endpoint.udpEndpoint());
    std::ranges::copy_if(_contacts, std::back_inserter(next), &Contact::once);
    _contacts = std::move(next);
}

void Contacts::addSeeds(const std::vector<wire::Neighbor>& seeds, MonotonicTime now)
{
    const std::lock_guard lock(_mutex);
    for (const wire::Neighbor& node : seeds)
        _contacts.push_back({node.key.nodeId(), node, true, 0, false, now});
}

std::vector<Contacts::Due> Contacts::due(MonotonicTime now)
{
    const std::lock_guard lock(_mutex);
    std::vector<Due> ready;
    for (Contact& contact : _contacts) {
        if (contact.due > now)
            continue;
        if (ready.size() == atOnce)
            break;
        ready.push_back({contact.id, contact.node});
        contact.due = now + retryAfter(contact.attempts++);
    }
    std::erase_if(_contacts, [](const Contact& contact) { return contact.once && contact.attempts > 0; });
    return ready;
}

MonotonicTime Contacts::nextDue() const
{
    const std::lock_guard lock(_mutex);
    auto next = MonotonicTime::max();
    for (const Contact& contact : _contacts)
        next = std::min(next, contact.due);
    return next;
}

void Contacts::answered(const node::Hash256& id, MonotonicTime now)
{
    const std::lock_guard lock(_mutex);
    for (Contact& contact : _contacts) {
        if (contact.id == id) {
            contact.attempts = 0;
            contact.hasAnswered = true;
            contact.due = now + afterAnswer;
        }
    }
}

void Contacts::lost(const node::Hash256& id, MonotonicTime now)
{
    const std::lock_guard lock(_mutex);
    for (Contact& contact : _contacts) {
        if (contact.id == id && !contact.once) {
            contact.attempts = 0;
            contact.hasAnswered = false;
            contact.due = now + firstRetry;
        }
    }
}

std::vector<wire::Neighbor> Contacts::bootnodes() const
{
    const std::lock_guard lock(_mutex);
    std::vector<wire::Neighbor> nodes;
    for (const Contact& contact : _contacts)
        if (!contact.once)
            nodes.push_back(contact.node);
    return nodes;
}

bool Contacts::isReached(const node::Hash256& id) const
{
    const std::lock_guard lock(_mutex);
    return std::ranges::any_of(_contacts, [&](const Contact& contact) {
        return contact.id == id && !contact.once && contact.hasAnswered && contact.attempts <= missesAllowed;
    });
}

bool Contacts::knows(const node::Endpoint& endpoint) const
{
    if (!_endpoints.mayContain(endpoint))
        return false;
    const std::lock_guard lock(_mutex);
    return std::ranges::any_of(_contacts, [&](const Contact& contact) {
        return !contact.once && contact.node.endpoint.udpEndpoint() == endpoint;
    });
}

} // namespace waymark::discv4::engine
