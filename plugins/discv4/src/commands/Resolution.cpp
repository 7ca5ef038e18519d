#include "commands/Resolution.h"

#include <chrono>

namespace waymark::discv4
{

namespace
{

/// A node that is told of at more places is one that somebody tells lies about.
constexpr std::size_t mostPlaces = 64;
constexpr Duration tellInterval = std::chrono::milliseconds(100);

} // namespace

Resolution::Resolution(client::NodeClient& client, const node::PublicKey& key, Duration patience)
    : _client(client),
      _key(key),
      _patience(patience),
      _lookup(client, key, patience, [this](const wire::Neighbor& told) {
          if (told.key == _key)
              tryPlace(told, true);
      })
{
}

std::optional<Resolution::Found> Resolution::run(const std::vector<wire::Neighbor>& places,
                                                 const std::vector<wire::Neighbor>& bootnodes,
                                                 const toolkit::Interruption& interruption,
                                                 const std::function<void()>& tell)
{
    const auto work = [&] {
        while (_client.pending() > 0 && !(_found && _found->record) && !interruption.requested()) {
            _client.poll(tellInterval, &interruption);
            tell();
        }
    };
    for (const wire::Neighbor& place : places)
        tryPlace(place, false);
    work();
    if (!_found && !interruption.requested()) {
        for (const wire::Neighbor& bootnode : bootnodes)
            if (bootnode.key == _key)
                tryPlace(bootnode, true);
        _lookup.start(bootnodes);
        work();
    }
    _client.cancel();
    return _found;
}

void Resolution::tryPlace(const wire::Neighbor& place, bool byLookup)
{
    if (_tried.size() >= mostPlaces || !_tried.insert(place.endpoint.udpEndpoint()).second)
        return;
    _toldPlaces += byLookup ? 1 : 0;
    _client.requestRecord(place, _patience,
                          [this, place, byLookup](const auto& answer) { take(place, byLookup, answer); });
}

void Resolution::take(const wire::Neighbor& place, bool byLookup,
                      const client::Answer<client::RecordAnswer>& answer)
{
    if (answer) {
        const bool isNewer = !_found || !_found->record || _found->record->seq() < answer->record.seq();
        if (isNewer)
            _found = Found{place, answer->record, byLookup};
        return _lookup.stop();
    }
    _failures.push_back(answer.error().message);
    if (answer.error().answeredPing && !_found)
        _found = Found{place, std::nullopt, byLookup};
}

} // namespace waymark::discv4
