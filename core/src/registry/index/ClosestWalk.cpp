#include "registry/index/ClosestWalk.h"

#include <algorithm>
#include <bit>
#include <limits>

namespace waymark::registry::index
{

namespace
{

/// The peers of a bucket by distance, as far as the window tells: its upper bits, then the position in the
/// bucket, so that no two are equal. Signed, with the highest bit turned, because that compares in parallel.
using SortKey = std::int32_t;
/// A power of two, which processors compare in fewest steps.
constexpr std::size_t sortedKeys = std::bit_ceil(PeerBucket::capacity);
constexpr std::uint32_t positionMask = sortedKeys - 1;

constexpr SortKey sortKey(std::uint32_t distance, std::size_t position) noexcept
{
    constexpr std::uint32_t highest = 1U << 31;
    return std::bit_cast<SortKey>(((distance & ~positionMask) | static_cast<std::uint32_t>(position)) ^
                                  highest);
}

/// Of no peer. None is greater, so that it counts as less than none.
constexpr SortKey noKey = std::numeric_limits<SortKey>::max();
using SortKeys = std::array<SortKey, sortedKeys>;

std::uint32_t positionOf(SortKey key) noexcept
{
    return std::bit_cast<std::uint32_t>(key) & positionMask;
}

bool isTie(SortKey left, SortKey right) noexcept
{
    return ((std::bit_cast<std::uint32_t>(left) ^ std::bit_cast<std::uint32_t>(right)) & ~positionMask) == 0;
}

/// Counts for each of the first `size` how many are less: no branch depends on the keys, which are random.
/// Behind them are only noKeys; nothing is written there.
void sort(const SortKeys& keys, std::size_t size, SortKeys& sorted) noexcept
{
    for (std::size_t i = 0; i < size; ++i) {
        std::int32_t less = 0;
        for (const SortKey other : keys)
            less += other < keys[i] ? 1 : 0;
        sorted[static_cast<std::size_t>(less)] = keys[i];
    }
}

template <class T>
void prefetch(const T& node) noexcept
{
    constexpr std::size_t line = 64;
    const auto* const begin = static_cast<const std::byte*>(static_cast<const void*>(&node));
    for (std::size_t at = 0; at < sizeof(T); at += line)
        __builtin_prefetch(begin + at);
    if constexpr (alignof(T) < line) // the end may lie in one line more
        __builtin_prefetch(begin + sizeof(T) - 1);
}

void writeEndpoint(node::NodeEndpoint& out, const PeerRecord& record, ReachSet reach) noexcept
{
    if (record.hasV6 && !record.reachV4.meets(reach)) {
        out = record.v6();
    } else {
        const auto& ip = record.v4.ip;
        out = {node::IpAddress::v4(ip[0], ip[1], ip[2], ip[3]), record.v4.udp, record.v4.tcp};
    }
}

} // namespace

ClosestAnswer ClosestWalk::from(const PeerEdge& top) noexcept
{
    /// A fork on the way down, and how many of its children were met.
    struct Visit
    {
        const PeerFork* fork;
        std::size_t near;
        std::size_t met;
    };
    std::array<Visit, idDigits> visits;
    std::size_t depth = 0;
    PeerEdge edge = top;
    for (;;) {
        if (!edge.reach.meets(_query.reach)) {
            stepOver(edge.count);
        } else if (edge.isBucket) {
            meet(edge.bucket());
        } else {
            const PeerFork& fork = edge.fork();
            visits[depth++] = {&fork, valueAt(fork), 0};
        }
        if (isFull() || depth == 0)
            break;
        Visit& visit = visits[depth - 1];
        edge = visit.fork->edge(visit.near ^ visit.met);
        if (++visit.met == digitValues)
            --depth;
        else if (edge.isBucket)
            expect(edge, visit.fork->edge(visit.near ^ visit.met));
    }
    writeChosen();
    return {_written, _hidden};
}

void ClosestWalk::expect(const PeerEdge& bucket, const PeerEdge& next) const noexcept
{
    prefetch(bucket.bucket());
    if (bucket.count >= _out.size() - _written - _chosen)
        return;
    if (next.isBucket)
        prefetch(next.bucket());
    else if (next.to != nullptr)
        prefetch(next.fork());
}

void ClosestWalk::stepOver(std::size_t peers) noexcept
{
    _hidden += std::min(peers, _out.size() - std::min(_passed, _out.size()));
    _passed += peers;
}

void ClosestWalk::meet(const PeerBucket& bucket) noexcept
{
    // Those out of reach have a rank, too, as long as there are fewer than k before them.
    const bool allHaveRanks = _passed < _out.size();
    const std::uint32_t target = fourBytes(_query.target, bucket.windowStart);
    SortKeys unsorted;
    for (std::size_t i = 0; i < PeerBucket::capacity; ++i)
        unsorted[i] = i < bucket.size ? sortKey(bucket.window[i] ^ target, i) : noKey;
    std::fill(unsorted.begin() + PeerBucket::capacity, unsorted.end(), noKey);
    const std::size_t ranks = allHaveRanks ? bucket.size : leaveReachable(bucket, unsorted);
    SortKeys keys;
    sort(unsorted, ranks, keys);
    bool hasTies = false;
    for (std::size_t i = 1; i < ranks; ++i)
        hasTies |= isTie(keys[i - 1], keys[i]);
    if (hasTies)
        sortByIds(bucket, std::span(keys).first(ranks));
    for (std::size_t i = 0; i < ranks && !isFull(); ++i) {
        const std::uint32_t position = positionOf(keys[i]);
        if (bucket.reach[position].meets(_query.reach)) {
            choose(*bucket.record[position]);
            ++_passed;
        } else {
            stepOver(1);
        }
    }
}

std::size_t ClosestWalk::leaveReachable(const PeerBucket& bucket, std::span<std::int32_t> keys) const noexcept
{
    std::size_t left = 0;
    for (std::size_t i = 0; i < bucket.size; ++i) {
        keys[left] = keys[i];
        left += bucket.reach[i].meets(_query.reach) ? 1 : 0;
    }
    std::ranges::fill(keys.subspan(left), noKey);
    return left;
}

void ClosestWalk::sortByIds(const PeerBucket& bucket, std::span<std::int32_t> keys) const noexcept
{
    std::ranges::sort(keys, [&](SortKey left, SortKey right) {
        return isNearer(_query.target, bucket.record[positionOf(left)]->nodeId,
                        bucket.record[positionOf(right)]->nodeId);
    });
}

void ClosestWalk::choose(const PeerRecord& record) noexcept
{
    if (_chosen == _records.size())
        writeChosen();
    prefetch(record);
    _records[_chosen++] = &record;
}

void ClosestWalk::writeChosen() noexcept
{
    for (const PeerRecord* const record : std::span(_records).first(_chosen)) {
        ClosestPeer& peer = _out[_written++];
        peer.key = record->key;
        peer.nodeId = record->nodeId;
        writeEndpoint(peer.endpoint, *record, _query.reach);
    }
    _chosen = 0;
}

} // namespace waymark::registry::index
