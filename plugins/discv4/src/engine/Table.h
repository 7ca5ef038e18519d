#pragma once

#include "engine/KeyedHash.h"
#include "engine/Parameters.h"

#include <waymark/node/Enr.h>
#include <waymark/node/Key.h>
#include <waymark/registry/PeerIndex.h>

#include <array>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

namespace waymark::discv4::engine
{

/// A stranger that proved its endpoint.
struct TableNode
{
    node::PublicKey key;
    node::Hash256 id{};
    node::NodeEndpoint endpoint;
    std::shared_ptr<const node::Enr> record; ///< empty when it told none
    WallTime lastPong;
    unsigned credit = 1;   ///< grows with every check that it passes
    unsigned failures = 0; ///< checks that it failed since
};

/// The Kademlia table of strangers: 17 buckets (all distances below 2^240 fold into one), each with
/// replacements that wait for a place. Only proven nodes are in it, so that nobody fills it, or uses up the
/// limits per prefix, with nodes that are not there.
///
/// Registered peers are not in the table: nothing that fills a bucket touches them.
/// Changes take one short lock; closest() takes none of it. Any thread.
class Table
{
public:
    static constexpr std::size_t bucketCount = 17;
    /// A node without credit goes after this many failures in a row.
    static constexpr unsigned failuresAllowed = 3;

    Table(const node::Hash256& ownId, const Parameters& parameters, std::uint64_t seed);

    /// What a change did, for whoever tells others.
    struct Effect
    {
        std::optional<TableNode> found;
        std::optional<TableNode> lost;
    };

    /// A node proved its endpoint: it enters, waits as a replacement, or is refreshed. The newest proof says
    /// where the node is; one that moved to a prefix without room loses its place and waits for another.
    Effect proven(const TableNode& node);
    /// A check went unanswered: credit falls to a third. Without credit, and after several failures in a row,
    /// the node goes and a replacement takes its place, if there is one.
    /// Pings to other endpoints than the node's own say nothing about it.
    Effect failed(const node::Hash256& id, const node::Endpoint& asked);
    /// It is registered now, or must go for another reason.
    Effect remove(const node::Hash256& id);

    void setRecord(const node::Hash256& id, std::shared_ptr<const node::Enr> record);
    /// The seq of the record that is known of a node; nothing for nodes that are not in the table.
    std::optional<std::uint64_t> recordSeq(const node::Hash256& id) const;

    /// Nearest first; see PeerIndex.
    registry::ClosestAnswer closest(const registry::ClosestQuery& query,
                                    std::span<registry::ClosestPeer> out) const noexcept
    {
        return _index.closest(query, out);
    }

    std::optional<TableNode> find(const node::Hash256& id) const;
    /// The node at a position that changes with every insertion; nothing when the table is empty.
    std::optional<TableNode> pick(std::uint64_t random) const;
    std::vector<TableNode> nodes() const;
    std::size_t size() const noexcept { return _index.size(); }

private:
    struct Bucket
    {
        std::vector<TableNode> nodes;
        std::deque<TableNode> replacements; ///< newest last
    };

    Bucket& bucketOf(const node::Hash256& id);
    const Bucket& bucketOf(const node::Hash256& id) const;
    std::size_t bucketIndex(const node::Hash256& id) const noexcept;
    bool hasRoom(const Bucket& bucket, const TableNode& node) const;
    bool isWithinPrefixLimits(const Bucket& bucket, const node::IpAddress& ip) const;
    void enter(Bucket& bucket, const TableNode& node);
    Effect take(Bucket& bucket, std::size_t position);
    Effect update(Bucket& bucket, std::size_t position, const TableNode& proven);
    void wait(Bucket& bucket, const TableNode& node);
    void count(const node::IpAddress& ip, int change);
    void publish(const TableNode& node);

    node::Hash256 _ownId;
    Parameters _parameters;
    registry::PeerIndex _index;
    mutable std::mutex _mutex;
    std::array<Bucket, bucketCount> _buckets;
    std::unordered_map<node::IpAddress, std::size_t, TableHash> _prefixes;
};

} // namespace waymark::discv4::engine
