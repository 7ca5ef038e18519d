#include "engine/Table.h"

#include "engine/Distance.h"
#include "engine/Reach.h"

#include <algorithm>

namespace waymark::discv4::engine
{

namespace
{

/// The largest distance that still falls into the first bucket.
constexpr unsigned foldedDistance = 256 - (Table::bucketCount - 1);

constexpr unsigned highestCredit = 27;

registry::PeerIndex::Update updateOf(const TableNode& node)
{
    registry::PeerIndex::Entry entry{node.id, node.key, {}, {}};
    (node.endpoint.ip.isV4() ? entry.v4 : entry.v6) = node.endpoint;
    return {node.id, entry};
}

} // namespace

Table::Table(const node::Hash256& ownId, const Parameters& parameters, std::uint64_t seed)
    : _ownId(ownId), _parameters(parameters), _prefixes(16, TableHash{KeyedHash(seed)})
{
}

std::size_t Table::bucketIndex(const node::Hash256& id) const noexcept
{
    const unsigned distance = logDistance(_ownId, id);
    return distance <= foldedDistance ? 0 : distance - foldedDistance;
}

Table::Bucket& Table::bucketOf(const node::Hash256& id)
{
    return _buckets[bucketIndex(id)];
}

const Table::Bucket& Table::bucketOf(const node::Hash256& id) const
{
    return _buckets[bucketIndex(id)];
}

bool Table::hasRoom(const Bucket& bucket, const TableNode& node) const
{
    return bucket.nodes.size() < _parameters.bucketSize && isWithinPrefixLimits(bucket, node.endpoint.ip);
}

bool Table::isWithinPrefixLimits(const Bucket& bucket, const node::IpAddress& ip) const
{
    if (isLocal(ip))
        return true;
    const auto prefix = prefixOf(ip);
    const auto inBucket = std::ranges::count_if(
        bucket.nodes, [&](const TableNode& other) { return prefixOf(other.endpoint.ip) == prefix; });
    const auto inTable = _prefixes.find(prefix);
    return static_cast<std::size_t>(inBucket) < _parameters.prefixLimitPerBucket &&
           (inTable == _prefixes.end() || inTable->second < _parameters.prefixLimit);
}

void Table::count(const node::IpAddress& ip, int change)
{
    const auto prefix = prefixOf(ip);
    if (change > 0) {
        ++_prefixes[prefix];
        return;
    }
    const auto found = _prefixes.find(prefix);
    if (found != _prefixes.end() && --found->second == 0)
        _prefixes.erase(found);
}

void Table::publish(const TableNode& node)
{
    const auto update = updateOf(node);
    _index.apply({&update, 1});
}

void Table::enter(Bucket& bucket, const TableNode& node)
{
    bucket.nodes.push_back(node);
    count(node.endpoint.ip, +1);
    publish(node);
}

Table::Effect Table::update(Bucket& bucket, std::size_t position, const TableNode& proven)
{
    TableNode& known = bucket.nodes[position];
    TableNode next = known;
    next.endpoint = proven.endpoint;
    next.lastPong = proven.lastPong;
    next.credit = std::min(known.credit + 1, highestCredit);
    next.failures = 0;
    const auto from = prefixOf(known.endpoint.ip);
    const auto to = prefixOf(next.endpoint.ip);
    if (from != to && !isWithinPrefixLimits(bucket, next.endpoint.ip)) {
        Effect effect = take(bucket, position);
        wait(bucket, next);
        return effect;
    }
    count(from, -1);
    count(to, +1);
    const bool moved = known.endpoint != next.endpoint;
    known = std::move(next);
    if (moved)
        publish(known);
    return {};
}

void Table::wait(Bucket& bucket, const TableNode& node)
{
    bucket.replacements.push_back(node);
    if (bucket.replacements.size() > _parameters.replacements)
        bucket.replacements.pop_front();
}

Table::Effect Table::proven(const TableNode& node)
{
    if (node.id == _ownId)
        return {};
    const std::lock_guard lock(_mutex);
    Bucket& bucket = bucketOf(node.id);
    const auto known = std::ranges::find(bucket.nodes, node.id, &TableNode::id);
    if (known != bucket.nodes.end())
        return update(bucket, static_cast<std::size_t>(known - bucket.nodes.begin()), node);
    std::erase_if(bucket.replacements, [&](const TableNode& other) { return other.id == node.id; });
    if (hasRoom(bucket, node)) {
        enter(bucket, node);
        return {node, {}};
    }
    wait(bucket, node);
    return {};
}

Table::Effect Table::take(Bucket& bucket, std::size_t position)
{
    Effect effect;
    effect.lost = std::move(bucket.nodes[position]);
    bucket.nodes.erase(bucket.nodes.begin() + static_cast<std::ptrdiff_t>(position));
    count(effect.lost->endpoint.ip, -1);
    const registry::PeerIndex::Update gone{effect.lost->id, {}};
    _index.apply({&gone, 1});
    const auto next = std::find_if(bucket.replacements.rbegin(), bucket.replacements.rend(),
                                   [&](const TableNode& node) { return hasRoom(bucket, node); });
    if (next != bucket.replacements.rend()) {
        effect.found = *next;
        bucket.replacements.erase(std::next(next).base());
        enter(bucket, *effect.found);
    }
    return effect;
}

Table::Effect Table::failed(const node::Hash256& id, const node::Endpoint& asked)
{
    const std::lock_guard lock(_mutex);
    Bucket& bucket = bucketOf(id);
    const auto known = std::ranges::find(bucket.nodes, id, &TableNode::id);
    if (known == bucket.nodes.end() || known->endpoint.udpEndpoint() != asked)
        return {};
    known->credit /= 3;
    ++known->failures;
    if (known->credit > 0 || known->failures < failuresAllowed)
        return {};
    return take(bucket, static_cast<std::size_t>(known - bucket.nodes.begin()));
}

Table::Effect Table::remove(const node::Hash256& id)
{
    const std::lock_guard lock(_mutex);
    Bucket& bucket = bucketOf(id);
    std::erase_if(bucket.replacements, [&](const TableNode& node) { return node.id == id; });
    const auto known = std::ranges::find(bucket.nodes, id, &TableNode::id);
    if (known == bucket.nodes.end())
        return {};
    return take(bucket, static_cast<std::size_t>(known - bucket.nodes.begin()));
}

void Table::setRecord(const node::Hash256& id, std::shared_ptr<const node::Enr> record)
{
    const std::lock_guard lock(_mutex);
    Bucket& bucket = bucketOf(id);
    const auto known = std::ranges::find(bucket.nodes, id, &TableNode::id);
    if (known != bucket.nodes.end() && (!known->record || known->record->seq() <= record->seq()))
        known->record = std::move(record);
}

std::optional<std::uint64_t> Table::recordSeq(const node::Hash256& id) const
{
    if (size() == 0)
        return std::nullopt;
    const std::lock_guard lock(_mutex);
    const Bucket& bucket = bucketOf(id);
    const auto known = std::ranges::find(bucket.nodes, id, &TableNode::id);
    if (known == bucket.nodes.end())
        return std::nullopt;
    return known->record ? known->record->seq() : 0;
}

std::optional<TableNode> Table::find(const node::Hash256& id) const
{
    const std::lock_guard lock(_mutex);
    const Bucket& bucket = bucketOf(id);
    const auto known = std::ranges::find(bucket.nodes, id, &TableNode::id);
    if (known == bucket.nodes.end())
        return std::nullopt;
    return *known;
}

std::optional<TableNode> Table::pick(std::uint64_t random) const
{
    const std::lock_guard lock(_mutex);
    std::size_t total = 0;
    for (const Bucket& bucket : _buckets)
        total += bucket.nodes.size();
    if (total == 0)
        return std::nullopt;
    std::size_t position = static_cast<std::size_t>(random % total);
    for (const Bucket& bucket : _buckets) {
        if (position < bucket.nodes.size())
            return bucket.nodes[position];
        position -= bucket.nodes.size();
    }
    return std::nullopt;
}

std::vector<TableNode> Table::nodes() const
{
    const std::lock_guard lock(_mutex);
    std::vector<TableNode> all;
    for (const Bucket& bucket : _buckets)
        all.insert(all.end(), bucket.nodes.begin(), bucket.nodes.end());
    return all;
}

} // namespace waymark::discv4::engine
