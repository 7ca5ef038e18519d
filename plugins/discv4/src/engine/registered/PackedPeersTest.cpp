#include "engine/registered/PackedPeers.h"

#include "engine/registered/EndpointCounts.h"

#include <cppunit/TestFixture.h>
#include <cppunit/extensions/HelperMacros.h>

#include <map>
#include <random>
#include <set>

namespace waymark::discv4::engine::registered
{

using discovery::Liveness;
using node::IpFamily;

class PackedPeersTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(PackedPeersTest);
    CPPUNIT_TEST(findsWhatIsThere);
    CPPUNIT_TEST(packedPeersComeBackAsTheyWere);
    CPPUNIT_TEST(whatDoesNotFitIsKeptAsItIs);
    CPPUNIT_TEST(aPeerThatStoppedBeingElsewhereIsPackedAgain);
    CPPUNIT_TEST(aPeerTakesFortyBytes);
    CPPUNIT_TEST(countsEndpointsAsAModelDoes);
    CPPUNIT_TEST_SUITE_END();

    std::mt19937_64 _random{7};
    PackedPeers _peers{KeyedHash(3)};

    node::Hash256 id()
    {
        node::Hash256 made{};
        for (Byte& byte : made)
            byte = static_cast<Byte>(_random());
        return made;
    }

    static Spot spot(Byte last, std::uint16_t port, unsigned failures = 0)
    {
        return {{node::IpAddress::v4(8, 8, 8, last), port, static_cast<std::uint16_t>(port + 1)},
                last % 2 == 0,
                true,
                failures >= 3 ? Liveness::unresponsive : Liveness::pending,
                failures,
                static_cast<std::uint16_t>(port + 2)};
    }

    static void assertSame(const Spot& expected, const Spot& spot)
    {
        CPPUNIT_ASSERT(expected.endpoint == spot.endpoint && expected.state == spot.state);
        CPPUNIT_ASSERT(expected.isReachable == spot.isReachable && expected.isExpected == spot.isExpected);
        CPPUNIT_ASSERT_EQUAL(expected.failures, spot.failures);
        CPPUNIT_ASSERT_EQUAL(expected.turn, spot.turn);
    }

public:
    void findsWhatIsThere()
    {
        std::map<node::Hash256, PackedPeers::Number> model;
        std::vector<node::Hash256> gone;
        for (int step = 0; step < 20'000; ++step) {
            const bool grows = step < 12'000 ? _random() % 4 != 0 : _random() % 4 == 0;
            if (grows || model.empty()) {
                const auto made = id();
                model.emplace(made, _peers.add(made));
            } else {
                auto out = model.lower_bound(id());
                out = out == model.end() ? model.begin() : out;
                _peers.erase(out->second);
                gone.push_back(out->first);
                model.erase(out);
            }
            CPPUNIT_ASSERT_EQUAL(model.size(), _peers.size());
            if (step % 1000 != 0)
                continue;
            std::set<PackedPeers::Number> numbers;
            for (const auto& [each, number] : model) {
                CPPUNIT_ASSERT(_peers.find(each) == number && _peers.contains(number));
                CPPUNIT_ASSERT(_peers.idOf(number) == shortOf(each));
                numbers.insert(number);
            }
            CPPUNIT_ASSERT_EQUAL(model.size(), numbers.size());
            _peers.each([&](PackedPeers::Number number) { CPPUNIT_ASSERT(numbers.erase(number) == 1); });
            CPPUNIT_ASSERT(numbers.empty());
            for (const auto& each : gone)
                CPPUNIT_ASSERT(!_peers.find(each));
        }
        for (const auto& [each, number] : model)
            _peers.erase(number);
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, _peers.size());
        CPPUNIT_ASSERT(_peers.bytes() < 4096);
    }

    void packedPeersComeBackAsTheyWere()
    {
        const auto number = _peers.add(id());
        CPPUNIT_ASSERT(!PackedPeers::Reading(_peers, number)->spot(IpFamily::v4));
        const auto lastPong = WallTime(std::chrono::seconds(1'790'000'000));
        for (const unsigned failures : {0U, 1U, 3U, 15U}) {
            const Spot there = spot(static_cast<Byte>(failures), 30303, failures);
            const bool answered = failures == 1;
            {
                PackedPeers::Writing peer(_peers, number);
                peer->spot(IpFamily::v4) = there;
                peer->liveness = {there.state, answered ? std::optional(lastPong) : std::nullopt,
                                  answered ? std::optional(Duration(12'345'678)) : std::nullopt};
                peer->recordSeq = failures == 3 ? ~std::uint64_t{0} : 0;
                peer->isTold = failures % 2 == 1;
            }
            const PackedPeers::Reading peer(_peers, number);
            assertSame(there, *peer->spot(IpFamily::v4));
            CPPUNIT_ASSERT(peer->liveness.state == there.state);
            CPPUNIT_ASSERT(peer->liveness.lastPong == (answered ? std::optional(lastPong) : std::nullopt));
            CPPUNIT_ASSERT_EQUAL(answered, peer->liveness.roundTrip == Duration(12'345'678));
            CPPUNIT_ASSERT_EQUAL(failures == 3 ? ~std::uint64_t{0} : 0, peer->recordSeq);
            CPPUNIT_ASSERT_EQUAL(failures % 2 == 1, peer->isTold);
        }
        {
            PackedPeers::Writing peer(_peers, number);
            peer->spot(IpFamily::v4)->failures = 1000;
        }
        CPPUNIT_ASSERT_EQUAL(15U, PackedPeers::Reading(_peers, number)->spot(IpFamily::v4)->failures);
    }

    void whatDoesNotFitIsKeptAsItIs()
    {
        const auto number = _peers.add(id());
        Spot v6 = spot(2, 4000, 1000);
        v6.endpoint.ip = node::IpAddress::parse("2600::8").value();
        {
            PackedPeers::Writing peer(_peers, number);
            peer->recordSeq = 9;
            peer.unpack();
            peer->spot(IpFamily::v4) = spot(2, 1);
            peer->spot(IpFamily::v6) = v6;
        }
        for (int i = 0; i < 2; ++i) {
            PackedPeers::Writing peer(_peers, number);
            assertSame(spot(2, 1), *peer->spot(IpFamily::v4));
            assertSame(v6, *peer->spot(IpFamily::v6));
            CPPUNIT_ASSERT_EQUAL(std::uint64_t{9}, peer->recordSeq);
        }
        {
            PackedPeers::Writing peer(_peers, number);
            peer->spot(IpFamily::v6).reset();
        }
        const PackedPeers::Reading peer(_peers, number);
        assertSame(spot(2, 1), *peer->spot(IpFamily::v4));
        CPPUNIT_ASSERT(!peer->spot(IpFamily::v6));
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{9}, peer->recordSeq);
    }

    void aPeerThatStoppedBeingElsewhereIsPackedAgain()
    {
        const auto number = _peers.add(id());
        {
            PackedPeers::Writing peer(_peers, number);
            peer->spot(IpFamily::v4) = spot(2, 1);
            peer.unpack();
            peer->elsewhere = std::make_unique<TrackedPeer::Elsewhere>();
            *peer->seen(IpFamily::v4) = spot(4, 2);
        }
        {
            PackedPeers::Writing peer(_peers, number);
            assertSame(spot(4, 2), *std::as_const(*peer).seen(IpFamily::v4));
            peer->seen(IpFamily::v4)->reset();
        }
        const PackedPeers::Reading peer(_peers, number);
        CPPUNIT_ASSERT(peer->elsewhere == nullptr);
        assertSame(spot(2, 1), *peer->spot(IpFamily::v4));
    }

    void aPeerTakesFortyBytes()
    {
        constexpr std::size_t count = 50'000;
        for (std::size_t i = 0; i < count; ++i) {
            PackedPeers::Writing peer(_peers, _peers.add(id()));
            peer->spot(IpFamily::v4) = spot(8, static_cast<std::uint16_t>(i));
        }
        CPPUNIT_ASSERT(_peers.bytes() <= 40 * count);
    }

    void countsEndpointsAsAModelDoes()
    {
        EndpointCounts counts;
        std::map<std::uint64_t, unsigned> model;
        std::vector<std::uint64_t> hashes(3000);
        for (auto& hash : hashes)
            hash = _random();
        for (int step = 0; step < 60'000; ++step) {
            const std::uint64_t hash = hashes[_random() % hashes.size()];
            const bool grows = step < 30'000 ? _random() % 3 != 0 : _random() % 3 == 0;
            if (grows) {
                counts.add(hash);
                ++model[hash];
            } else if (const auto known = model.find(hash); known != model.end()) {
                counts.remove(hash);
                if (--known->second == 0)
                    model.erase(known);
            }
            CPPUNIT_ASSERT_EQUAL(model.contains(hash), counts.contains(hash));
            if (step % 5000 != 0)
                continue;
            CPPUNIT_ASSERT_EQUAL(model.size(), counts.size());
            for (const std::uint64_t each : hashes)
                CPPUNIT_ASSERT_EQUAL(model.contains(each), counts.contains(each));
        }
        for (const auto& [hash, count] : model)
            for (unsigned i = 0; i < count; ++i)
                counts.remove(hash);
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, counts.size());
        CPPUNIT_ASSERT(counts.bytes() < 1024);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(PackedPeersTest);

} // namespace waymark::discv4::engine::registered
