#pragma once

#include "client/Lookup.h"
#include "client/NodeClient.h"

#include <waymark/node/Enr.h>
#include <waymark/toolkit/Interruption.h>

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace waymark::discv4
{

/// Finds where a node answers, and its record: at the places that are known, then at those that others tell
/// of. One thread.
class Resolution
{
public:
    struct Found
    {
        wire::Neighbor place;            ///< where it answered
        std::optional<node::Enr> record; ///< nothing when it answers a PING alone
        bool byLookup = false;           ///< others told of the place
    };

    Resolution(client::NodeClient& client, const node::PublicKey& key, Duration patience);

    /// Nothing when the node answered nowhere, or it was interrupted. `tell` is called now and then.
    std::optional<Found> run(const std::vector<wire::Neighbor>& places,
                             const std::vector<wire::Neighbor>& bootnodes,
                             const toolkit::Interruption& interruption, const std::function<void()>& tell);

    /// Why it answered at each place that was tried.
    const std::vector<std::string>& failures() const noexcept { return _failures; }
    const client::Lookup& lookup() const noexcept { return _lookup; }
    /// Places that others told of.
    std::size_t toldPlaces() const noexcept { return _toldPlaces; }

private:
    void tryPlace(const wire::Neighbor& place, bool byLookup);
    void take(const wire::Neighbor& place, bool byLookup, const client::Answer<client::RecordAnswer>& answer);

    client::NodeClient& _client;
    node::PublicKey _key;
    Duration _patience;
    client::Lookup _lookup;
    std::set<node::Endpoint> _tried;
    std::size_t _toldPlaces = 0;
    std::vector<std::string> _failures;
    std::optional<Found> _found;
};

} // namespace waymark::discv4
