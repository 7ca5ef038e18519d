#pragma once

#include "engine/CountingFilter.h"
#include "engine/Parameters.h"
#include "wire/Message.h"

#include <cstddef>
#include <mutex>
#include <vector>

namespace waymark::discv4::engine
{

/// Whom this node turns to by itself: its bootnodes, which are asked again with growing pauses until they
/// answer and now and then afterwards, and nodes of an earlier run, which are asked once. Any thread.
class Contacts
{
public:
    /// Replaces the bootnodes; those that stay keep their state.
    void setBootnodes(const std::vector<wire::Neighbor>& bootnodes, MonotonicTime now);
    void addSeeds(const std::vector<wire::Neighbor>& seeds, MonotonicTime now);

    struct Due
    {
        node::Hash256 id;
        wire::Neighbor node;
    };
    /// Whom to ping now; each is due again later.
    std::vector<Due> due(MonotonicTime now);
    /// When due() next has somebody.
    MonotonicTime nextDue() const;

    void answered(const node::Hash256& id, MonotonicTime now);
    /// It left the table for its silence: a bootnode is asked again as if it had never answered.
    void lost(const node::Hash256& id, MonotonicTime now);
    std::vector<wire::Neighbor> bootnodes() const;
    /// Whether a bootnode answered, and did not leave several pings unanswered since.
    bool isReached(const node::Hash256& id) const;
    /// Whether it is the endpoint of a bootnode. For nearly all others asking takes no lock.
    bool knows(const node::Endpoint& endpoint) const;

private:
    struct Contact
    {
        node::Hash256 id;
        wire::Neighbor node;
        bool once = false;
        unsigned attempts = 0; ///< since it answered
        bool hasAnswered = false;
        MonotonicTime due;
    };

    mutable std::mutex _mutex;
    std::vector<Contact> _contacts;
    CountingFilter _endpoints{0,
                              1'024}; ///< of bootnodes; who chooses theirs needs no seed to be kept from it
};

} // namespace waymark::discv4::engine
