#pragma once

#include "registry/ClaimTable.h"

#include <waymark/testkit/TestKeys.h>

#include <cppunit/TestAssert.h>

#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace waymark::registry
{

inline bool isSame(const ClaimRow& left, const ClaimRow& right)
{
    return *left.peer == *right.peer && std::tie(left.origin, left.enrSeq, left.lease, left.number) ==
                                            std::tie(right.origin, right.enrSeq, right.lease, right.number);
}

/// What a ClaimTable must behave like, in maps.
class ClaimModel
{
public:
    /// "api" first, then by name.
    struct Rank
    {
        bool operator()(const std::string& left, const std::string& right) const
        {
            return std::pair(left != "api", left) < std::pair(right != "api", right);
        }
    };
    using Claims = std::map<std::string, ClaimRow, Rank>;

    std::map<node::PeerId, Claims> peers;

    void apply(const ClaimRow& row) { peers[row.peer->id].insert_or_assign(row.origin, row); }
    void apply(const ClaimGone& gone)
    {
        const auto peer = peers.find(gone.peer);
        if (peer != peers.end() && peer->second.erase(gone.origin) > 0 && peer->second.empty())
            peers.erase(peer);
    }
    void apply(const LeaseRow& row)
    {
        const auto peer = peers.find(row.peer);
        if (peer == peers.end())
            return;
        if (const auto claim = peer->second.find(row.origin); claim != peer->second.end())
            claim->second.lease = row.lease;
    }

    /// Fails the test when anything that can be asked is answered otherwise.
    void compare(const ClaimTable& table, MonotonicTime now) const
    {
        CPPUNIT_ASSERT_EQUAL(peers.size(), table.size());
        auto next = peers.begin();
        table.eachAfter(std::nullopt, [&](const table::PackedClaims& claims) {
            CPPUNIT_ASSERT(next != peers.end() && claims.id() == next->first);
            comparePeer(table, (next++)->first, now);
            return true;
        });
        CPPUNIT_ASSERT(next == peers.end());
        compareOrigins(table);
        compareEnds(table, now);
    }

    void comparePeer(const ClaimTable& table, const node::PeerId& id, MonotonicTime now) const
    {
        const ClaimSet found = table.find(id);
        const auto known = peers.find(id);
        const Claims& claims = known == peers.end() ? Claims() : known->second;
        CPPUNIT_ASSERT_EQUAL(claims.size(), found.rows().size());
        std::vector<ClaimState> states;
        const ClaimRow* shown = nullptr;
        auto row = found.rows().begin();
        for (const auto& [origin, claim] : claims) {
            CPPUNIT_ASSERT(isSame(claim, *row++));
            CPPUNIT_ASSERT(table.contains(id, origin));
            if (claim.lease.isOver(now))
                continue;
            states.push_back({origin, claim.lease});
            shown = shown == nullptr ? &claim : shown;
        }
        CPPUNIT_ASSERT(!table.contains(id, "nobody"));
        CPPUNIT_ASSERT(table.claimsAt(id, now) == states);
        CPPUNIT_ASSERT_EQUAL(states.size() != claims.size(), table.isOver(id, now));
        const auto peer = table.shownAt(id, now);
        CPPUNIT_ASSERT(shown == nullptr ? !peer : peer == *shown->peer);
    }

private:
    void compareOrigins(const ClaimTable& table) const
    {
        std::map<std::string, std::vector<node::PeerId>> byOrigin{{"nobody", {}}};
        for (const auto& [id, claims] : peers)
            for (const auto& [origin, claim] : claims)
                byOrigin[origin].push_back(id);
        for (const auto& [origin, ids] : byOrigin)
            CPPUNIT_ASSERT(table.claimedBy(origin) == ids);
    }

    void compareEnds(const ClaimTable& table, MonotonicTime now) const
    {
        std::multiset<std::pair<MonotonicTime, node::PeerId>> expected;
        std::size_t shown = 0;
        for (const auto& [id, claims] : peers) {
            bool isShown = false;
            for (const auto& [origin, claim] : claims) {
                if (!claim.lease.isForever())
                    expected.emplace(claim.lease.expiry, id);
                isShown |= !claim.lease.isOver(now);
            }
            shown += isShown ? 1 : 0;
        }
        std::multiset<std::pair<MonotonicTime, node::PeerId>> ends;
        MonotonicTime last = MonotonicTime::min();
        const LeaseEnds& all = table.ends();
        for (auto place = all.begin(); const auto* const end = all.at(place); place = all.next(place)) {
            CPPUNIT_ASSERT(last <= end->at);
            last = end->at;
            ends.emplace(end->at, table.peerOf(*end));
        }
        CPPUNIT_ASSERT(expected == ends);
        CPPUNIT_ASSERT_EQUAL(expected.size(), all.size());
        CPPUNIT_ASSERT_EQUAL(shown, table.sizeAt(now));
    }
};

/// Rows of few peers, whose ids begin alike as far as they can: most of what is done finds something to do.
class RandomRows
{
public:
    explicit RandomRows(std::uint64_t seed) : _random(seed)
    {
        for (std::uint64_t number = 1; number <= 6; ++number) {
            _keys.push_back(testkit::testKey(number));
            _owners.emplace_back(_keys.back().publicKey());
        }
    }

    std::size_t below(std::size_t limit) { return _random() % limit; }

    node::PeerId id()
    {
        switch (below(6)) {
        case 0: // beginnings of each other
            return named(std::string(1 + below(40), 'a'));
        case 1: // alike in all that a table's entry knows
            return named("peer-" + std::to_string(below(60)));
        case 2:
            return _owners[below(_owners.size())];
        case 3: {
            const Bytes bytes(32, static_cast<Byte>(below(20)));
            return node::PeerId::fromBytes(node::PeerScheme::ed25519, bytes).value();
        }
        default: { // no points on the curve, and alike but for the last bytes
            FixedBytes<node::PublicKey::size> key{};
            key.fill(static_cast<Byte>(0xf0 + below(2)));
            key.back() = static_cast<Byte>(below(50));
            return node::PeerId(node::PublicKey(key));
        }
        }
    }

    std::string origin()
    {
        static const std::vector<std::string> names{"api", "a", "file:b", "kubernetes", "z"};
        const std::size_t which = below(12);
        return which < names.size() ? names[which] : which == 11 ? "o" + std::to_string(below(100)) : "api";
    }

    Lease lease()
    {
        if (below(2) == 0)
            return {};
        // Few times, so that several end together.
        const auto end = std::chrono::seconds(below(20));
        return {std::chrono::seconds(1 + below(3)), below(9) == 0 ? overWhenLoaded : MonotonicTime(end),
                WallTime(end + std::chrono::hours(1))};
    }

    ClaimRow claim()
    {
        Peer peer{id(), {}, std::nullopt, {}};
        for (std::size_t count = below(8) == 0 ? below(20) : below(4); count > 0; --count)
            peer.addresses.push_back(
                {static_cast<Transport>(below(3)), host(), static_cast<std::uint16_t>(30303 + below(2))});
        for (std::size_t count = below(4) == 0 ? below(33) : 0; count > 0; --count)
            peer.labels[std::string(1 + below(64), static_cast<char>('a' + below(26)))] =
                std::string(below(257), 'x');
        ClaimRow row{origin(), nullptr, std::nullopt, lease(), ++_number};
        const auto owner = std::ranges::find(_owners, peer.id);
        if (owner != _owners.end() && below(2) == 0) {
            const std::uint64_t seq = _random() >> below(64);
            const auto& key = _keys[static_cast<std::size_t>(owner - _owners.begin())];
            peer.enr = node::EnrBuilder().seq(seq).sign(key).value();
            row.enrSeq = below(3) == 0 ? std::max(seq, std::uint64_t{77}) : seq;
        }
        if (!peer.enr && below(3) == 0)
            row.enrSeq = _random() >> below(64);
        row.peer = std::make_shared<const Peer>(std::move(peer));
        return row;
    }

private:
    static node::PeerId named(const std::string& name)
    {
        return node::PeerId::fromBytes(node::PeerScheme::addr, asBytes(name)).value();
    }

    std::string host()
    {
        static const std::vector<std::string> hosts{
            "10.0.0.1",        "255.255.255.255",     "2001:db8::1", "::",      "::ffff:10.0.0.1",
            "2001:DB8::1",     "010.0.0.1",           "example.org", "1.2.3",   std::string(253, 'h'),
            "fe80::1:2:3:4:5", "2001:db8:0:0:1::0:1", "localhost",   "8.8.8.8", "1:2:3:4:5:6:7:8"};
        return hosts[below(hosts.size())];
    }

    std::mt19937_64 _random;
    std::vector<node::SecretKey> _keys;
    std::vector<node::PeerId> _owners; ///< of the keys
    std::uint64_t _number = 0;
};

} // namespace waymark::registry
