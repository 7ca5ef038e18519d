#include "registry/index/PeerTree.h"

#include "registry/index/IdBits.h"

#include <algorithm>
#include <bit>
#include <span>
#include <stdexcept>

namespace waymark::registry::index
{

namespace
{

/// Children of a fork with no more peers become one bucket. Far below the capacity, so that a peer that comes
/// and goes does not split and merge each time.
constexpr std::size_t mergeUpTo = PeerBucket::capacity / 2;
/// Where the last window begins.
constexpr std::size_t lastWindow = sizeof(node::Hash256) - sizeof(std::uint32_t);

ReachSet reachOf(const std::optional<node::NodeEndpoint>& endpoint) noexcept
{
    return endpoint ? ReachSet::of(endpoint->ip.family(), endpoint->ip.scope()) : ReachSet();
}

const PeerBucket& anyBucketBelow(const PeerFork& fork) noexcept
{
    PeerEdge edge = fork.self();
    while (!edge.isBucket) {
        const PeerFork& below = edge.fork();
        for (std::size_t value = 0; edge.to == &below || edge.to == nullptr; ++value)
            edge = below.edge(value);
    }
    return edge.bucket();
}

PeerEdge edgeTo(const PeerBucket& bucket) noexcept
{
    ReachSet reach;
    for (std::size_t i = 0; i < bucket.size; ++i)
        reach = reach | bucket.reach[i];
    return {&bucket, bucket.size, reach, true};
}

/// The first bit in which an id differs from those of a bucket, as far as the forks above care.
std::size_t sharedBits(const PeerBucket& bucket, const node::Hash256& id) noexcept
{
    const std::uint64_t differing = bucket.lead ^ eightBytes(id, 0);
    return differing != 0 ? static_cast<std::size_t>(std::countl_zero(differing))
                          : firstDifference(bucket.record[0]->nodeId, id);
}

std::size_t commonBits(const PeerBucket& bucket) noexcept
{
    std::size_t common = idBits;
    for (std::size_t i = 1; i < bucket.size; ++i)
        common = std::min(common, firstDifference(bucket.record[0]->nodeId, bucket.record[i]->nodeId));
    return common;
}

/// Looks at the ids through the window in which they differ first.
void setWindows(PeerBucket& bucket) noexcept
{
    const std::size_t start = std::min(commonBits(bucket) / 8, lastWindow);
    bucket.lead = eightBytes(bucket.record[0]->nodeId, 0);
    bucket.windowStart = static_cast<std::uint8_t>(start);
    for (std::size_t i = 0; i < bucket.size; ++i)
        bucket.window[i] = fourBytes(bucket.record[i]->nodeId, start);
}

/// Without a window.
void append(PeerBucket& bucket, const PeerRecord& record, ReachSet reach) noexcept
{
    bucket.record[bucket.size] = &record;
    bucket.reach[bucket.size] = reach;
    ++bucket.size;
}

/// Where the peer lies; the bucket's size when it is not there.
std::size_t positionOf(const PeerBucket& bucket, const node::Hash256& id) noexcept
{
    const std::uint32_t window = fourBytes(id, bucket.windowStart);
    for (std::size_t i = 0; i < bucket.size; ++i)
        if (bucket.window[i] == window && bucket.record[i]->nodeId == id)
            return i;
    return bucket.size;
}

} // namespace

PeerTree::PeerTree(std::pmr::memory_resource& memory)
    : _records(memory), _recordsV6(memory), _buckets(memory), _forks(memory), _versions(memory)
{
}

const PeerRecord& PeerTree::takeRecord(const PeerIndex::Entry& entry)
{
    if ((entry.v4 && !entry.v4->ip.isV4()) || (entry.v6 && !entry.v6->ip.isV6()))
        throw std::invalid_argument("PeerIndex: an endpoint stands in the place of the other family's");
    PeerRecord record;
    record.nodeId = entry.nodeId;
    record.key = entry.key;
    record.reachV4 = reachOf(entry.v4);
    record.hasV6 = entry.v6.has_value();
    if (entry.v4) {
        std::ranges::copy(entry.v4->ip.bytes(), record.v4.ip.begin());
        record.v4.udp = entry.v4->udp;
        record.v4.tcp = entry.v4->tcp;
    }
    if (!entry.v6)
        return _records.take(record);
    return _recordsV6.take({record, *entry.v6});
}

void PeerTree::dropRecord(const PeerRecord& record)
{
    if (record.hasV6)
        _recordsV6.drop(static_cast<const PeerRecordV6&>(record));
    else
        _records.drop(record);
}

PeerTree::Path PeerTree::descend(const node::Hash256& nodeId) const noexcept
{
    Path path;
    path.depth = 0;
    path.end = _top;
    while (path.end.to != nullptr && !path.end.isBucket) {
        const PeerFork& fork = path.end.fork();
        path.forks[path.depth++] = &fork;
        path.end = fork.edge(digitAt(nodeId, fork.digit));
    }
    return path;
}

void PeerTree::replace(const Path& path, std::size_t depth, const node::Hash256& nodeId, PeerEdge edge)
{
    while (depth-- > 0) {
        PeerFork& fork = _forks.own(*path.forks[depth]);
        fork.setEdge(digitAt(nodeId, fork.digit), edge);
        edge = fork.self();
    }
    _top = edge;
}

PeerEdge PeerTree::bucketOf(const PeerIndex::Entry& entry)
{
    PeerBucket& bucket = _buckets.take({});
    append(bucket, takeRecord(entry), reachOf(entry.v4) | reachOf(entry.v6));
    setWindows(bucket);
    return edgeTo(bucket);
}

PeerEdge PeerTree::insertAbove(const PeerFork& fork, std::size_t digit, const PeerIndex::Entry& entry)
{
    PeerFork& above = _forks.take({});
    above.digit = static_cast<std::uint8_t>(digit);
    above.setEdge(digitAt(anyBucketBelow(fork).record[0]->nodeId, digit), fork.self());
    above.setEdge(digitAt(entry.nodeId, digit), bucketOf(entry));
    return above.self();
}

void PeerTree::put(const PeerIndex::Entry& entry)
{
    const Path path = descend(entry.nodeId);
    std::size_t depth = path.depth;
    if (path.end.to == nullptr && depth == 0)
        return replace(path, depth, entry.nodeId, bucketOf(entry));
    const PeerBucket& bucket =
        path.end.to != nullptr ? path.end.bucket() : anyBucketBelow(*path.forks[depth - 1]);
    const std::size_t shared = sharedBits(bucket, entry.nodeId);
    // Digits grow downwards: a fork by a later digit has only peers below that differ from this one.
    while (depth > 0 && path.forks[depth - 1]->digit > shared / digitBits)
        --depth;
    if (depth < path.depth)
        replace(path, depth, entry.nodeId, insertAbove(*path.forks[depth], shared / digitBits, entry));
    else if (path.end.to == nullptr)
        replace(path, depth, entry.nodeId, bucketOf(entry));
    else
        replace(path, depth, entry.nodeId, putInto(bucket, shared, entry));
}

PeerEdge PeerTree::putInto(const PeerBucket& bucket, std::size_t shared, const PeerIndex::Entry& entry)
{
    const bool isInWindow = shared >= bucket.windowStart * std::size_t{8};
    const std::size_t position = isInWindow ? positionOf(bucket, entry.nodeId) : bucket.size;
    const bool isNew = position == bucket.size;
    if (isNew && bucket.size == PeerBucket::capacity)
        return split(bucket, entry);
    PeerBucket& own = _buckets.own(bucket);
    const PeerRecord& record = takeRecord(entry);
    const ReachSet reach = reachOf(entry.v4) | reachOf(entry.v6);
    if (isNew) {
        append(own, record, reach);
        if (isInWindow)
            own.window[position] = fourBytes(entry.nodeId, own.windowStart);
        else
            setWindows(own);
    } else {
        dropRecord(*own.record[position]);
        own.record[position] = &record;
        own.reach[position] = reach;
    }
    return edgeTo(own);
}

PeerEdge PeerTree::split(const PeerBucket& full, const PeerIndex::Entry& entry)
{
    const PeerRecord& record = takeRecord(entry);
    const ReachSet reach = reachOf(entry.v4) | reachOf(entry.v6);
    PeerFork& fork = _forks.take({});
    fork.digit = static_cast<std::uint8_t>(
        std::min(commonBits(full), firstDifference(full.record[0]->nodeId, record.nodeId)) / digitBits);
    std::array<PeerBucket*, digitValues> parts{};
    const auto sort = [&](const PeerRecord& peer, ReachSet classes) {
        PeerBucket*& part = parts[digitAt(peer.nodeId, fork.digit)];
        if (part == nullptr)
            part = &_buckets.take({});
        append(*part, peer, classes);
    };
    for (std::size_t i = 0; i < full.size; ++i)
        sort(*full.record[i], full.reach[i]);
    sort(record, reach);
    _buckets.drop(full);
    for (std::size_t value = 0; value < parts.size(); ++value) {
        if (parts[value] == nullptr)
            continue;
        setWindows(*parts[value]);
        fork.setEdge(value, edgeTo(*parts[value]));
    }
    return fork.self();
}

std::optional<PeerEdge> PeerTree::shrunk(const PeerFork& fork, std::size_t value, const PeerEdge& instead)
{
    std::array<PeerEdge, digitValues> children;
    std::size_t used = 0;
    std::size_t peers = 0;
    for (std::size_t i = 0; i < digitValues; ++i) {
        const PeerEdge child = i == value ? instead : fork.edge(i);
        if (child.to != nullptr)
            children[used++] = child;
        peers += child.count;
    }
    if (used > 1 && peers > mergeUpTo)
        return std::nullopt;
    _forks.drop(fork);
    if (used == 1)
        return children[0];
    // So few peers have no forks: a fork goes before it has as few.
    PeerBucket& own = _buckets.own(children[0].bucket());
    for (const PeerEdge& other : std::span(children).subspan(1, used - 1)) {
        for (std::size_t i = 0; i < other.bucket().size; ++i)
            append(own, *other.bucket().record[i], other.bucket().reach[i]);
        _buckets.drop(other.bucket());
    }
    setWindows(own);
    return edgeTo(own);
}

void PeerTree::erase(const node::Hash256& nodeId)
{
    const Path path = descend(nodeId);
    if (path.end.to == nullptr)
        return;
    const PeerBucket& bucket = path.end.bucket();
    const std::size_t position = positionOf(bucket, nodeId);
    if (position == bucket.size)
        return;
    dropRecord(*bucket.record[position]);
    PeerEdge edge;
    if (bucket.size > 1) {
        PeerBucket& own = _buckets.own(bucket);
        --own.size;
        own.record[position] = own.record[own.size];
        own.reach[position] = own.reach[own.size];
        own.window[position] = own.window[own.size];
        edge = edgeTo(own);
    } else {
        _buckets.drop(bucket);
    }
    std::size_t depth = path.depth;
    while (depth > 0) {
        const PeerFork& parent = *path.forks[depth - 1];
        const auto less = shrunk(parent, digitAt(nodeId, parent.digit), edge);
        if (!less)
            break;
        edge = *less;
        --depth;
    }
    replace(path, depth, nodeId, edge);
}

const PeerVersion& PeerTree::complete()
{
    _complete = &_versions.take({_top});
    if (_committed != nullptr)
        _versions.drop(*_committed);
    return *_complete;
}

void PeerTree::commit() noexcept
{
    _records.commit();
    _recordsV6.commit();
    _buckets.commit();
    _forks.commit();
    _versions.commit();
    _committed = _complete;
}

void PeerTree::rollback() noexcept
{
    _records.rollback();
    _recordsV6.rollback();
    _buckets.rollback();
    _forks.rollback();
    _versions.rollback();
    _top = _committed != nullptr ? _committed->top : PeerEdge{};
}

void PeerTree::beginRound() noexcept
{
    _records.beginRound();
    _recordsV6.beginRound();
    _buckets.beginRound();
    _forks.beginRound();
    _versions.beginRound();
}

void PeerTree::endRound() noexcept
{
    _records.endRound();
    _recordsV6.endRound();
    _buckets.endRound();
    _forks.endRound();
    _versions.endRound();
}

std::size_t PeerTree::garbage() const noexcept
{
    return _records.garbage() + _recordsV6.garbage() + _buckets.garbage() + _forks.garbage() +
           _versions.garbage();
}

} // namespace waymark::registry::index
