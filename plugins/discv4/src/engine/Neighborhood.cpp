#include "engine/Neighborhood.h"

#include "engine/Distance.h"

namespace waymark::discv4::engine
{

using registry::ClosestPeer;

namespace
{

/// One more than the answer has, for the requester itself.
using Found = std::array<ClosestPeer, neighborCount + 1>;

} // namespace

Neighborhood::Answer Neighborhood::closest(const Question& question) const
{
    const registry::ClosestQuery query{question.target, question.reach};
    Found registered;
    Found strangers;
    const auto fromRegistry = _registry.closest(query, registered);
    const auto fromTable = _table.closest(query, strangers);

    Answer answer;
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
        answer.storage[answer.size++] = {next.key, next.endpoint};
    }
    return answer;
}

} // namespace waymark::discv4::engine
