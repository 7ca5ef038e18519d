#pragma once

#include "client/NodeClient.h"
#include "wire/Message.h"

#include <waymark/base/Clock.h>
#include <waymark/base/Random.h>
#include <waymark/toolkit/nodeset/NodeSet.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <vector>

namespace waymark::discv4::crawl
{

/// Visits every node that it hears of, once: asks for its record, then for neighbours, whom it visits too.
/// Who answers is in the set, with a history as geth's devp2p keeps it; who was in it and does not loses half
/// of its score, and at 0 its place.
///
/// It works while its client is polled, and outlives the requests that it has there: cancel them before it
/// goes. One thread.
class Crawl
{
public:
    struct Options
    {
        std::size_t parallel = 64;         ///< visits under way at most
        Duration patience{};               ///< for each packet that asks
        unsigned leastQuestions = 3;       ///< FINDNODEs to a node that answers them
        unsigned mostQuestions = 16;       ///< while each brings nodes that were not heard of before
        std::size_t mostKnown = 1'000'000; ///< liars can make up nodes without end
    };

    struct Counts
    {
        std::size_t known = 0;   ///< nodes that were heard of
        std::size_t visited = 0; ///< at every place that was told of
        std::size_t answered = 0;
        std::size_t added = 0;     ///< to the set
        std::size_t removed = 0;   ///< from the set
        std::size_t forgotten = 0; ///< heard of when mostKnown were known already
    };

    /// All outlive it.
    Crawl(client::NodeClient& client, toolkit::nodeset::NodeSet& nodes, const Clock& clock, Random& random,
          const Options& options);
    Crawl(const Crawl&) = delete;
    Crawl& operator=(const Crawl&) = delete;

    /// Somebody to visit, unless it was heard of at this place before. Whether it is new.
    bool add(const wire::Neighbor& node);
    /// Everybody in the set, to see who is still there.
    void addSet();

    /// Begins visits, as many as may be under way.
    void proceed();
    /// Nobody is left to visit.
    bool isOver() const noexcept { return _waiting.empty() && _underWay == 0; }

    std::size_t underWay() const noexcept { return _underWay; }
    const Counts& counts() const noexcept { return _counts; }

private:
    /// What a node may be tried at: others may lie about where it is.
    static constexpr std::size_t mostPlaces = 3;
    struct Candidate
    {
        std::set<node::Endpoint> places; ///< that were told of
        std::size_t placesLeft = 0;      ///< that it was not looked for at
        bool hasAnswered = false;
        bool isVisited = false;
    };
    struct Visit
    {
        wire::Neighbor node;
        unsigned questions = 0;
    };

    void begin(const wire::Neighbor& node);
    void onRecord(const wire::Neighbor& node, const client::Answer<client::RecordAnswer>& answer);
    void ask(const Visit& visit);
    void onNeighbors(Visit visit, const client::Answer<client::NeighborsAnswer>& answer);
    void keep(const node::Hash256& id, toolkit::nodeset::Entry entry);
    void noteFailure(const node::Hash256& id);
    /// The visit to one of its places.
    void end(const node::Hash256& id);
    void closePlace(const node::Hash256& id);

    client::NodeClient& _client;
    toolkit::nodeset::NodeSet& _nodes;
    const Clock& _clock;
    Random& _random;
    Options _options;
    std::map<node::Hash256, Candidate> _known;
    std::deque<wire::Neighbor> _waiting;
    std::size_t _underWay = 0;
    Counts _counts;
};

} // namespace waymark::discv4::crawl
