#include "registry/ClaimTable.h"

#include "registry/tests/ClaimModel.h"

#include <cppunit/extensions/HelperMacros.h>

#include <string>
#include <vector>

namespace waymark::registry
{

class ClaimTableTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(ClaimTableTest);
    CPPUNIT_TEST(holdsWhatAModelHolds);
    CPPUNIT_TEST(doesNotAddTwice);
    CPPUNIT_TEST(listsFromAnyPeerOn);
    CPPUNIT_TEST(aPlainPeerTakesLessThanAHundredBytes);
    CPPUNIT_TEST(whatComesAndGoesNeedsNoMoreMemory);
    CPPUNIT_TEST_SUITE_END();

    static constexpr MonotonicTime now{std::chrono::seconds(10)};

    static ClaimRow plain(std::uint64_t number, std::string origin = "api")
    {
        std::mt19937_64 random(number);
        FixedBytes<node::PublicKey::size> key;
        for (Byte& byte : key)
            byte = static_cast<Byte>(random());
        const node::NodeEndpoint endpoint{node::IpAddress::v4(10, 1, 2, static_cast<Byte>(number)), 30303,
                                          30303};
        return {std::move(origin),
                std::make_shared<const Peer>(Peer::at(node::PublicKey(key), endpoint)),
                std::nullopt,
                {},
                number};
    }

    void holdsWhatAModelHolds()
    {
        for (std::uint64_t seed = 1; seed <= 4; ++seed) {
            ClaimTable table;
            ClaimModel model;
            RandomRows rows(seed);
            const auto both = [&](const auto& row) {
                table.apply(row);
                model.apply(row);
            };
            for (int step = 1; step <= 4000; ++step) {
                // It grows at first and shrinks in the end.
                const std::size_t kind = rows.below(12);
                const std::size_t drops = step < 2500 ? 3 : 8;
                if (kind < drops)
                    both(ClaimGone{rows.id(), rows.origin(), 0});
                else if (kind < drops + 2)
                    both(LeaseRow{rows.id(), rows.origin(), rows.lease(), 0});
                else
                    both(rows.claim());
                model.comparePeer(table, rows.id(), now);
                if (step % 100 == 0)
                    model.compare(table, now);
            }
            while (!model.peers.empty()) {
                const auto [id, claims] = *model.peers.begin();
                both(ClaimGone{id, claims.begin()->first, 0});
            }
            model.compare(table, now);
            CPPUNIT_ASSERT_EQUAL(std::size_t{0}, table.ends().size());
        }
    }

    void doesNotAddTwice()
    {
        ClaimTable table;
        CPPUNIT_ASSERT(table.add(plain(1)) == ClaimTable::Added::first);
        CPPUNIT_ASSERT(table.add(plain(1, "file")) == ClaimTable::Added::further);
        ClaimRow other = plain(1);
        other.number = 5;
        CPPUNIT_ASSERT(table.add(other) == ClaimTable::Added::twice);
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, table.lastNumber());
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, table.find(plain(1).peer->id).rows().size());
    }

    void listsFromAnyPeerOn()
    {
        ClaimTable table;
        ClaimModel model;
        RandomRows rows(9);
        for (int i = 0; i < 300; ++i) {
            const ClaimRow row = rows.claim();
            table.apply(row);
            model.apply(row);
        }
        for (int i = 0; i < 500; ++i) {
            const node::PeerId after = rows.id(); // there or not
            auto next = model.peers.upper_bound(after);
            std::size_t left = 5;
            table.eachAfter(after, [&](const table::PackedClaims& claims) {
                CPPUNIT_ASSERT(next != model.peers.end() && claims.id() == next->first);
                ++next;
                return --left > 0;
            });
            CPPUNIT_ASSERT(left == 0 || next == model.peers.end());
        }
    }

    void aPlainPeerTakesLessThanAHundredBytes()
    {
        constexpr std::uint64_t peers = 50'000;
        ClaimTable table;
        for (std::uint64_t number = 1; number <= peers; ++number)
            table.apply(plain(number));
        CPPUNIT_ASSERT_EQUAL(std::size_t{peers}, table.size());
        CPPUNIT_ASSERT(table.bytes() / peers < 100);
    }

    void whatComesAndGoesNeedsNoMoreMemory()
    {
        ClaimTable table;
        RandomRows rows(3);
        std::vector<ClaimRow> large;
        for (int i = 0; i < 200; ++i)
            large.push_back(rows.claim());
        std::size_t first = 0;
        for (std::uint64_t round = 0; round < 20; ++round) {
            for (std::uint64_t number = 1; number <= 5'000; ++number)
                table.apply(plain(number + round * 1'000, number % 7 == 0 ? "file" : "api"));
            for (const ClaimRow& row : large)
                table.apply(row);
            first = round == 0 ? table.bytes() : first;
            // The order in which they go is another one.
            for (const std::uint64_t odd : {1U, 0U})
                for (std::uint64_t number = 1; number <= 5'000; ++number)
                    if (number % 2 == odd)
                        for (const char* const origin : {"api", "file"})
                            table.apply(ClaimGone{plain(number + round * 1'000).peer->id, origin, 0});
            for (const ClaimRow& row : large)
                table.apply(ClaimGone{row.peer->id, row.origin, 0});
            CPPUNIT_ASSERT_EQUAL(std::size_t{0}, table.size());
        }
        for (std::uint64_t number = 1; number <= 5'000; ++number)
            table.apply(plain(number, number % 7 == 0 ? "file" : "api"));
        for (const ClaimRow& row : large)
            table.apply(row);
        CPPUNIT_ASSERT(table.bytes() <= first + first / 10);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(ClaimTableTest);

} // namespace waymark::registry
