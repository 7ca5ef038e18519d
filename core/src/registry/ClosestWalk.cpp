#include "registry/ClosestWalk.h"

#include "registry/IdBits.h"

#include <algorithm>
#include <bit>
#include <limits>

namespace waymark::registry
{

namespace
{

/// The peers of a bucket by distance, as far as the window tells: its upper bits, then the position in the
/// bucket, so that no two are equal. Signed, with the highest bit turned, because that compares in parallel.
using SortKey = std::int32_t;
constexpr std::uint32_t positionMask = PeerBucket::capacity - 1;
static_assert(std::has_single_bit(PeerBucket::capacity));

constexpr SortKey sortKey(std::uint32_t distance, std::size_t position) noexcept
{
    constexpr std::uint32_t highest = 1U << 31;
    return std::bit_cast<SortKey>(((distance & ~positionMask) | static_cast<std::uint32_t>(position)) ^
                                  highest);
}

struct Order
{
    /// Beyond size: greater than any.
    std::array<SortKey, PeerBucket::capacity> keys;
    std::array<std::uint8_t, PeerBucket::capacity> positions;
    std::size_t size = 0;

    void sort() noexcept;
    bool hasTies() const noexcept;
};

/// Counts for each how many are less: no branch depends on the keys, which are random.
void Order::sort() noexcept
{
    std::array<SortKey, PeerBucket::capacity> sorted;
    for (std::size_t i = 0; i < size; ++i) {
        std::int32_t less = 0;
        for (const SortKey other : keys)
            less += other < keys[i] ? 1 : 0;
        sorted[static_cast<std::size_t>(less)] = keys[i];
    }
    for (std::size_t i = 0; i < size; ++i) {
        keys[i] = sorted[i];
        positions[i] = static_cast<std::uint8_t>(std::bit_cast<std::uint32_t>(sorted[i]) & positionMask);
    }
}

bool Order::hasTies() const noexcept
{
    for (std::size_t i = 1; i < size; ++i)
        if (((std::bit_cast<std::uint32_t>(keys[i]) ^ std::bit_cast<std::uint32_t>(keys[i - 1])) &
             ~positionMask) == 0)
            return true;
    return false;
}

void prefetch(const void* line) noexcept
{
    __builtin_prefetch(line);
}

node::NodeEndpoint endpointOf(const PeerRecord& record, ReachSet reach) noexcept
{
    if (!record.reachV4.meets(reach))
        return record.v6;
    const auto& ip = record.v4.ip;
    return {node::IpAddress::v4(ip[0], ip[1], ip[2], ip[3]), record.v4.udp, record.v4.tcp};
}

} // namespace

ClosestAnswer ClosestWalk::from(const PeerEdge& top) noexcept
{
    if (top.to == nullptr || _out.empty())
        return {};
    std::array<const PeerFork*, idBits> pending;
    std::size_t depth = 0;
    PeerEdge edge = top;
    for (;;) {
        if (!edge.reach.meets(_query.reach)) {
            stepOver(edge.count);
        } else if (edge.isBucket) {
            meet(edge.bucket());
        } else {
            const PeerFork& fork = edge.fork();
            pending[depth++] = &fork;
            edge = fork.edge(bitAt(_query.target, fork.bit));
            continue;
        }
        if (isFull() || depth == 0)
            break;
        const PeerFork& fork = *pending[--depth];
        edge = fork.edge(1 - bitAt(_query.target, fork.bit));
    }
    writeChosen();
    return {_written, _hidden};
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
    Order order;
    order.keys.fill(std::numeric_limits<SortKey>::max());
    for (std::size_t i = 0; i < bucket.size; ++i) {
        order.keys[order.size] = sortKey(bucket.window[i] ^ target, i);
        order.size += allHaveRanks || bucket.reach[i].meets(_query.reach) ? 1 : 0;
    }
    if (order.size < PeerBucket::capacity)
        order.keys[order.size] = std::numeric_limits<SortKey>::max();
    order.sort();
    if (order.hasTies())
        std::sort(order.positions.begin(), order.positions.begin() + order.size,
                  [&](std::uint8_t left, std::uint8_t right) {
                      return isNearer(_query.target, bucket.record[left]->nodeId,
                                      bucket.record[right]->nodeId);
                  });
    for (std::size_t rank = 0; rank < order.size && !isFull(); ++rank) {
        const std::size_t position = order.positions[rank];
        if (bucket.reach[position].meets(_query.reach)) {
            choose(*bucket.record[position]);
            ++_passed;
        } else {
            stepOver(1);
        }
    }
}

void ClosestWalk::choose(const PeerRecord& record) noexcept
{
    if (_chosen == _records.size())
        writeChosen();
    prefetch(&record);
    prefetch(&record.key.bytes()[node::PublicKey::size / 2]);
    _records[_chosen++] = &record;
}

void ClosestWalk::writeChosen() noexcept
{
    for (const PeerRecord* const record : std::span(_records).first(_chosen)) {
        ClosestPeer& peer = _out[_written++];
        peer.key = record->key;
        peer.nodeId = record->nodeId;
        peer.endpoint = endpointOf(*record, _query.reach);
    }
    _chosen = 0;
}

} // namespace waymark::registry
