#include "engine/Lookups.h"

#include <waymark/testkit/TestKeys.h>

#include <cppunit/TestFixture.h>
#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>
#include <deque>
#include <utility>
#include <vector>

namespace waymark::discv4::engine
{

/// How far lookups go among nodes that all answer, and know nobody else.
class ExtentTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(ExtentTest);
    CPPUNIT_TEST(aThoroughLookupAsksThreeAtATimeUntilSixteenHaveAnswered);
    CPPUNIT_TEST(aWalkAsksOneAtATimeUntilEightHaveAnswered);
    CPPUNIT_TEST(aWalkGoesOnPastThoseThatAreSilent);
    CPPUNIT_TEST(theNearestAreAskedFirst);
    CPPUNIT_TEST(silentOnesOfTheNearestAreAskedThreeTimes);
    CPPUNIT_TEST(aSilentNodeThatProvedItselfIsFound);
    CPPUNIT_TEST(thoseItStartedWithAreAskedWhateverLiarsTell);
    CPPUNIT_TEST(lastPingIsWaitedForLikeTheFirst);
    CPPUNIT_TEST(bootnodesAreAskedAtLast);
    CPPUNIT_TEST(aNodeIsFoundWhereverItIsThoughTheFirstTellerLies);
    CPPUNIT_TEST(anEndlessChainOfNearerNodesEnds);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override
    {
        for (std::uint64_t i = 1; i <= 30; ++i) {
            const auto key = testkit::testKey(i).publicKey();
            _seeds.push_back({{key, {node::IpAddress::v4(8, 8, 8, 8), 30'303, 0}}, key.nodeId()});
        }
    }

    void aThoroughLookupAsksThreeAtATimeUntilSixteenHaveAnswered()
    {
        start(Lookups::thorough);
        CPPUNIT_ASSERT_EQUAL(std::size_t{3}, _ports.asked.size());
        CPPUNIT_ASSERT_EQUAL(std::size_t{16}, answerAll());
        CPPUNIT_ASSERT_EQUAL(std::size_t{16}, _found.size());
    }

    void aWalkAsksOneAtATimeUntilEightHaveAnswered()
    {
        start(Lookups::walk);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, _ports.asked.size());
        CPPUNIT_ASSERT_EQUAL(std::size_t{8}, answerAll());
        CPPUNIT_ASSERT_EQUAL(std::size_t{8}, _found.size());
    }

    void aWalkGoesOnPastThoseThatAreSilent()
    {
        start(Lookups::walk);
        _ports.asked.clear();
        _now += timeout;
        advance();
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, _ports.asked.size());
        CPPUNIT_ASSERT_EQUAL(std::size_t{8}, answerAll());
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, _ports.silent);
    }

    void theNearestAreAskedFirst()
    {
        auto expected = _seeds;
        const auto targetId = _target.nodeId();
        std::ranges::sort(expected, [&](const LookupNode& left, const LookupNode& right) {
            return distance(left, targetId) < distance(right, targetId);
        });
        start(Lookups::walk);
        answerAll();
        for (std::size_t i = 0; i < _found.size(); ++i)
            CPPUNIT_ASSERT(_found[i].id == expected[i].id);
    }

    void silentOnesOfTheNearestAreAskedThreeTimes()
    {
        _seeds.resize(1);
        start(Lookups::thorough);
        for (int retry = 0; retry < 2; ++retry) {
            _ports.asked.clear();
            pass(timeout);
            CPPUNIT_ASSERT_EQUAL(std::size_t{0}, _ports.asked.size());
            pass(std::chrono::milliseconds(999));
            CPPUNIT_ASSERT_EQUAL(std::size_t{0}, _ports.asked.size());
            pass(std::chrono::milliseconds(1));
            CPPUNIT_ASSERT_EQUAL(std::size_t{1}, _ports.asked.size());
        }
        _ports.asked.clear();
        pass(timeout);
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, _lookups.active());
        CPPUNIT_ASSERT(_found.empty());
    }

    void aSilentNodeThatProvedItselfIsFound()
    {
        _seeds.resize(1);
        _ports.bonded = false;
        _ports.proven = false;
        start(Lookups::thorough);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, _ports.pinged);
        _ports.proven = true; // it answered the PING, and nothing else
        pass(timeout);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, _ports.asked.size());
        for (int i = 0; i < 100 && _lookups.active() > 0; ++i)
            pass(timeout);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, _found.size());
    }

    void thoseItStartedWithAreAskedWhateverLiarsTell()
    {
        std::vector<LookupNode> lies;
        const auto targetId = _target.nodeId();
        for (std::uint64_t i = 0; i < 2 * Lookups::maximumTold; ++i) {
            LookupNode lie = _seeds.front();
            lie.id = targetId; // as near as can be
            lie.id[30] = static_cast<Byte>(lie.id[30] ^ (i >> 8));
            lie.id[31] = static_cast<Byte>(lie.id[31] ^ (i & 0xff));
            lies.push_back(lie);
        }
        start(Lookups::thorough);
        const LookupNode liar = _ports.asked.front();
        CPPUNIT_ASSERT(_lookups.neighbors({liar.id, liar.node.endpoint.ip}, lies, 0, _now));
        std::size_t askedOfSeeds = 0;
        for (int i = 0; i < 1'000 && _lookups.active() > 0; ++i) {
            for (const LookupNode& node : std::exchange(_ports.asked, {}))
                if (std::ranges::count(_seeds, node.id, &LookupNode::id) > 0) {
                    ++askedOfSeeds;
                    _lookups.neighbors({node.id, node.node.endpoint.ip}, {}, 0, _now);
                }
            pass(timeout);
        }
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, _lookups.active());
        CPPUNIT_ASSERT_EQUAL(std::size_t{16}, askedOfSeeds);
    }

    void lastPingIsWaitedForLikeTheFirst()
    {
        _seeds.resize(1);
        _ports.bonded = false;
        _ports.proven = false;
        start(Lookups::thorough);
        for (std::size_t tries = 1; tries < 3; ++tries) {
            pass(timeout);
            pass(std::chrono::seconds(1));
            CPPUNIT_ASSERT_EQUAL(tries + 1, _ports.pinged);
        }
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, _lookups.active());
        _ports.bonded = true;
        _ports.proven = true; // the PONG to the last one
        pass(std::chrono::milliseconds(10));
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, answerAll());
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, _found.size());
    }

    void bootnodesAreAskedAtLast()
    {
        const auto targetId = _target.nodeId();
        const auto farthest = std::ranges::max_element(
            _seeds, {}, [&](const LookupNode& node) { return distance(node, targetId); });
        farthest->isBootnode = true;
        const auto bootnode = farthest->id;
        start(Lookups::thorough);
        bool wasAsked = false;
        for (int i = 0; i < 100 && _lookups.active() > 0; ++i) {
            for (const LookupNode& node : std::exchange(_ports.asked, {})) {
                wasAsked |= node.id == bootnode;
                _lookups.neighbors({node.id, node.node.endpoint.ip}, {}, 0, _now);
            }
            pass(std::chrono::milliseconds(1));
        }
        CPPUNIT_ASSERT(wasAsked);
    }

    void aNodeIsFoundWhereverItIsThoughTheFirstTellerLies()
    {
        LookupNode wanted = _seeds.back();
        wanted.id = _target.nodeId();
        LookupNode lie = wanted;
        lie.node.endpoint.ip = node::IpAddress::v4(9, 9, 9, 9);
        _seeds.resize(2);
        start(Lookups::thorough);
        const auto tellers = std::exchange(_ports.asked, {});
        CPPUNIT_ASSERT(_lookups.neighbors({tellers[0].id, tellers[0].node.endpoint.ip}, {&lie, 1}, 0, _now));
        CPPUNIT_ASSERT(
            _lookups.neighbors({tellers[1].id, tellers[1].node.endpoint.ip}, {&wanted, 1}, 0, _now));
        for (int i = 0; i < 100 && _lookups.active() > 0; ++i) {
            for (const LookupNode& node : std::exchange(_ports.asked, {}))
                if (node.node.endpoint.ip == wanted.node.endpoint.ip)
                    _lookups.neighbors({node.id, node.node.endpoint.ip}, {}, 0, _now);
            pass(timeout);
        }
        CPPUNIT_ASSERT_EQUAL(std::size_t{3}, _found.size());
        CPPUNIT_ASSERT(_found.front().id == wanted.id);
        CPPUNIT_ASSERT(_found.front().node == wanted.node);
    }

    void anEndlessChainOfNearerNodesEnds()
    {
        _seeds.resize(1);
        start(Lookups::walk);
        std::size_t asked = 0;
        while (!_ports.asked.empty()) {
            const LookupNode node = _ports.asked.front();
            _ports.asked.pop_front();
            CPPUNIT_ASSERT(++asked <= Lookups::maximumAsked + 1);
            LookupNode nearer = node;
            nearer.id = _target.nodeId();
            const std::size_t far = 100'000 - asked;
            for (std::size_t i = 0; i < 3; ++i)
                nearer.id[31 - i] = static_cast<Byte>(nearer.id[31 - i] ^ (far >> (8 * i) & 0xff));
            _lookups.neighbors({node.id, node.node.endpoint.ip}, {&nearer, 1}, 0, _now);
            advance();
        }
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, _lookups.active());
    }

private:
    static constexpr Duration timeout = std::chrono::milliseconds(500);

    /// Everybody is bonded at first; remembers who was asked.
    class Ports final : public LookupPorts
    {
    public:
        std::deque<LookupNode> asked;

        bool isBonded(const LookupNode&) override { return bonded; }
        bool isProven(const LookupNode&) override { return proven; }
        bool hasProvenSince(const LookupNode&, MonotonicTime) override { return proven; }
        void bond(const LookupNode&, net::DatagramSink&) override { ++pinged; }
        bool ask(const LookupNode& node, const node::PublicKey&, net::DatagramSink&) override
        {
            asked.push_back(node);
            return true;
        }
        void unanswered(const LookupNode&) override { ++silent; }

        std::size_t silent = 0;
        std::size_t pinged = 0;
        bool bonded = true;
        bool proven = true;
    };
    class NoSink final : public net::DatagramSink
    {
    public:
        void send(const net::Datagram&) override { CPPUNIT_FAIL("the ports send"); }
    };

    static node::Hash256 distance(const LookupNode& node, const node::Hash256& target)
    {
        node::Hash256 result{};
        for (std::size_t i = 0; i < result.size(); ++i)
            result[i] = static_cast<Byte>(node.id[i] ^ target[i]);
        return result;
    }

    void start(const Lookups::Extent& extent)
    {
        _lookups.start(_target, _seeds, extent,
                       [this](std::vector<LookupNode> found) { _found = std::move(found); });
        advance();
    }

    void pass(Duration duration)
    {
        _now += duration;
        advance();
    }

    void advance() { _lookups.advance(_now, _ports, _sink); }

    /// Each answers that it knows nobody; how many it were until the lookup ended.
    std::size_t answerAll()
    {
        std::size_t answers = 0;
        for (; !_ports.asked.empty(); ++answers) {
            const LookupNode node = _ports.asked.front();
            _ports.asked.pop_front();
            CPPUNIT_ASSERT(_lookups.neighbors({node.id, node.node.endpoint.ip}, {}, 0, _now));
            advance();
        }
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, _lookups.active());
        return answers;
    }

    const node::PublicKey _target = testkit::testKey(99).publicKey();
    std::vector<LookupNode> _seeds;
    Lookups _lookups{timeout};
    Ports _ports;
    NoSink _sink;
    MonotonicTime _now;
    std::vector<LookupNode> _found;
};

CPPUNIT_TEST_SUITE_REGISTRATION(ExtentTest);

} // namespace waymark::discv4::engine
