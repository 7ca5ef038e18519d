#include "engine/Neighborhood.h"

#include "engine/Distance.h"

#include <algorithm>

namespace waymark::discv4::engine
{

using registry::ClosestAnswer;
using registry::ClosestPeer;
using registry::ClosestQuery;

ClosestAnswer Neighborhood::registeredClosest(const ClosestQuery& query, std::span<ClosestPeer> out) const
{
    const auto& toldOtherwise = _registered.toldOtherwise();
    if (_advertise.load() == Advertise::live)
        return toldOtherwise.closest(query, out);
    Found registered;
    Found otherwise;
    const auto fromRegistry = _registry.closest(query, std::span(registered).first(out.size()));
    if (toldOtherwise.size() == 0) {
        std::copy_n(registered.begin(), fromRegistry.count, out.begin());
        return fromRegistry;
    }
    const auto moved = toldOtherwise.closest(query, std::span(otherwise).first(out.size()));
    ClosestAnswer answer{0, fromRegistry.hidden + moved.hidden};
    std::size_t r = 0;
    std::size_t o = 0;
    while (answer.count < out.size() && (r < fromRegistry.count || o < moved.count)) {
        const bool isOtherwise =
            o < moved.count &&
            (r == fromRegistry.count || !isNearer(query.target, registered[r].nodeId, otherwise[o].nodeId));
        if (isOtherwise && r < fromRegistry.count && registered[r].nodeId == otherwise[o].nodeId)
            ++r;
        out[answer.count++] = isOtherwise ? otherwise[o++] : registered[r++];
    }
    return answer;
}

Neighborhood::Answer Neighborhood::closest(const Question& question) const
{
    const ClosestQuery query{question.target, question.reach};
    Found registered;
    Found strangers;
    const auto fromRegistry = registeredClosest(query, registered);
    const auto fromTable = _table.closest(query, strangers);

    Answer answer;
    std::array<node::Hash256, neighborCount> ids{};
    answer.hidden = fromRegistry.hidden + fromTable.hidden;
    std::size_t r = 0;
    std::size_t s = 0;
    while (answer.size < neighborCount && (r < fromRegistry.count || s < fromTable.count)) {
        const bool takeRegistered =
            s == fromTable.count ||
            (r < fromRegistry.count && !isNearer(question.target, strangers[s].nodeId, registered[r].nodeId));
        const ClosestPeer& next = takeRegistered ? registered[r++] : strangers[s++];
        const bool isDuplicate = !takeRegistered && _registered.contains(next.nodeId);
        if (next.nodeId == question.requester || isDuplicate || next.endpoint.udp == 0)
            continue;
        ids[answer.size] = next.nodeId;
        answer.storage[answer.size++] = {next.key, next.endpoint};
    }
    if (_registered.count(discovery::Liveness::unresponsive) > 0)
        putUnresponsiveLast(std::span(answer.storage).first(answer.size), ids);
    return answer;
}

void Neighborhood::putUnresponsiveLast(std::span<wire::Neighbor> nodes,
                                       std::span<const node::Hash256> ids) const
{
    std::array<wire::Neighbor, neighborCount> silent{};
    std::size_t kept = 0;
    std::size_t last = 0;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        auto& place = _registered.isUnresponsive(ids[i]) ? silent[last++] : nodes[kept++];
        place = nodes[i];
    }
    std::copy_n(silent.begin(), last, nodes.begin() + static_cast<std::ptrdiff_t>(kept));
}

std::optional<node::Hash256> Neighborhood::registeredId(const registered::ShortId& half) const
{
    ClosestPeer peer;
    const ClosestQuery query{registered::lowestOf(half)};
    const bool isThere =
        _registry.closest(query, std::span(&peer, 1)).count == 1 && registered::shortOf(peer.nodeId) == half;
    return isThere ? std::optional(peer.nodeId) : std::nullopt;
}

std::optional<wire::Neighbor> Neighborhood::registered(const node::Hash256& id,
                                                       registry::ReachSet reach) const
{
    ClosestPeer peer;
    const auto isIn = [&](const auto& source) {
        return source.closest(ClosestQuery{id, reach}, std::span(&peer, 1)).count == 1 && peer.nodeId == id;
    };
    if (isIn(_registered.toldOtherwise()) || isIn(_registry))
        return wire::Neighbor{peer.key, peer.endpoint};
    return std::nullopt;
}

} // namespace waymark::discv4::engine
