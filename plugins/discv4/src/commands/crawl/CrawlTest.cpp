#include "commands/crawl/Crawl.h"

#include "client/tests/FakePort.h"
#include "commands/crawl/Summary.h"

#include <waymark/node/Enr.h>
#include <waymark/node/Rlp.h>
#include <waymark/testkit/ManualClock.h>
#include <waymark/testkit/SeededRandom.h>
#include <waymark/testkit/TestKeys.h>

#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>
#include <map>
#include <set>

namespace waymark::discv4::crawl
{

namespace
{

using namespace std::chrono_literals;
using client::testing::FakePort;
using toolkit::nodeset::Entry;
using toolkit::nodeset::NodeSet;

const auto loopback = node::IpAddress::v4(127, 0, 0, 1);
constexpr std::uint16_t firstPort = 31000;

wire::Neighbor place(std::uint64_t number)
{
    const auto port = static_cast<std::uint16_t>(firstPort + number);
    return {testkit::testKey(number).publicKey(), {loopback, port, port}};
}

/// Nodes by number, each of which knows the next three, and that answer as they are told.
class Network
{
public:
    /// It answers what `port` sends from now on.
    Network(std::uint64_t size, const FakePort& port) : _size(size), _seen(port.sent.size()) {}

    std::set<std::uint64_t> silent;
    std::set<std::uint64_t> withoutRecords;
    std::map<std::uint64_t, unsigned> questions;
    bool tellsNobody = false;

    void answer(FakePort& port, const testkit::ManualClock& clock)
    {
        for (; _seen < port.sent.size(); ++_seen) {
            const auto sent = port.sent[_seen];
            const std::uint64_t number = sent.to.port - firstPort;
            if (!silent.contains(number) && number <= _size)
                answer(port, sent, number, clock.unixSeconds() + 20);
        }
    }

private:
    void answer(FakePort& port, const FakePort::Sent& sent, std::uint64_t number, std::uint64_t expiration)
    {
        const auto secret = testkit::testKey(number);
        const wire::Encoder encoder([&](const node::Hash256& digest) { return secret.sign(digest); });
        if (sent.type == wire::PacketType::ping) {
            port.deliver(sent.to,
                         encoder.encode(wire::Pong{{loopback, 40000, 0}, sent.hash, expiration, {}}).bytes);
            port.deliver(sent.to, encoder.encode(wire::Ping{{}, {}, expiration + _pings++, {}}).bytes);
        } else if (sent.type == wire::PacketType::findNode) {
            ++questions[number];
            std::vector<wire::Neighbor> known;
            for (std::uint64_t next = number + 1; !tellsNobody && next <= std::min(number + 3, _size); ++next)
                known.push_back(place(next));
            port.deliver(sent.to, encoder.encode(known, expiration + questions[number]).bytes);
        } else if (sent.type == wire::PacketType::enrRequest && !withoutRecords.contains(number)) {
            const auto record =
                node::EnrBuilder().seq(5).endpoint(place(number).endpoint).sign(secret).value();
            port.deliver(sent.to, encoder.encode(wire::EnrResponse{sent.hash, record.encoded()}).bytes);
        }
    }

    std::uint64_t _size;
    std::size_t _seen;
    std::uint64_t _pings = 0;
};

} // namespace

class CrawlTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(CrawlTest);
    CPPUNIT_TEST(findsAllThatAnswer);
    CPPUNIT_TEST(visitsEachOnceAndNotTooManyAtATime);
    CPPUNIT_TEST(aNodeIsVisitedWhenAllItsPlacesWere);
    CPPUNIT_TEST(asksOnWhileItHearsOfNewOnes);
    CPPUNIT_TEST(keepsNodesWithoutRecordsByTheirUrl);
    CPPUNIT_TEST(goesOnWithTheSetOfAnEarlierCrawl);
    CPPUNIT_TEST(triesANodeAtAFewPlaces);
    CPPUNIT_TEST(boundsWhatLiarsMakeUp);
    CPPUNIT_TEST(countsWhatNodesHaveInCommon);
    CPPUNIT_TEST_SUITE_END();

    testkit::ManualClock _clock;
    testkit::SeededRandom _random{1};
    FakePort _port{_clock};
    node::SecretKey _key = testkit::testKey(1'000);
    NodeSet _nodes;
    std::size_t _mostUnderWay = 0;

    Crawl::Counts crawl(Network& network, const std::vector<wire::Neighbor>& start,
                        const Crawl::Options& options)
    {
        client::NodeClient client(_key, _port, _clock);
        Crawl crawl(client, _nodes, _clock, _random, options);
        for (const auto& node : start)
            crawl.add(node);
        crawl.addSet();
        while (!crawl.isOver()) {
            crawl.proceed();
            _mostUnderWay = std::max(_mostUnderWay, crawl.underWay());
            network.answer(_port, _clock);
            client.poll(100ms);
        }
        return crawl.counts();
    }

    static Crawl::Options rules()
    {
        Crawl::Options options;
        options.patience = 500ms;
        return options;
    }

    const Entry* found(std::uint64_t number) const { return _nodes.find(place(number).key.nodeId()); }

public:
    void findsAllThatAnswer()
    {
        Network network(40, _port);
        network.silent = {7, 20};
        const auto counts = crawl(network, {place(1)}, rules());
        CPPUNIT_ASSERT_EQUAL(std::size_t{38}, _nodes.size());
        CPPUNIT_ASSERT_EQUAL(std::size_t{40}, counts.known);
        CPPUNIT_ASSERT_EQUAL(std::size_t{40}, counts.visited);
        CPPUNIT_ASSERT_EQUAL(std::size_t{38}, counts.answered);
        CPPUNIT_ASSERT_EQUAL(std::size_t{38}, counts.added);
        CPPUNIT_ASSERT(found(7) == nullptr && found(40) != nullptr);
        const auto& history = found(40)->history;
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, history.score);
        CPPUNIT_ASSERT(history.firstResponse && history.lastResponse && history.lastCheck);
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{5}, found(40)->seq());
    }

    void visitsEachOnceAndNotTooManyAtATime()
    {
        Network network(30, _port);
        auto options = rules();
        options.parallel = 2;
        std::vector<wire::Neighbor> start;
        for (std::uint64_t i = 1; i <= 30; ++i)
            start.push_back(place(i));
        start.push_back(place(1));
        CPPUNIT_ASSERT_EQUAL(std::size_t{30}, crawl(network, start, options).visited);
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, _mostUnderWay);
    }

    /// Others may lie about where it is, or it moved.
    void aNodeIsVisitedWhenAllItsPlacesWere()
    {
        Network network(1, _port);
        wire::Neighbor elsewhere = place(1);
        elsewhere.endpoint.udp = 9;
        crawl(network, {place(1)}, rules());
        const auto counts = crawl(network, {elsewhere, place(1)}, rules());
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, counts.visited);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, counts.answered);
        CPPUNIT_ASSERT_EQUAL_MESSAGE("it lost nothing", std::uint64_t{2}, found(1)->history.score);
    }

    void asksOnWhileItHearsOfNewOnes()
    {
        Network network(1, _port);
        crawl(network, {place(1)}, rules());
        CPPUNIT_ASSERT_EQUAL(rules().leastQuestions, network.questions[1]);
        Network more(4, _port);
        auto options = rules();
        options.leastQuestions = 1;
        crawl(more, {place(1)}, options);
        // The first answer had news, the second none.
        CPPUNIT_ASSERT_EQUAL(2U, more.questions[1]);
    }

    void keepsNodesWithoutRecordsByTheirUrl()
    {
        Network network(2, _port);
        network.withoutRecords = {2};
        crawl(network, {place(1)}, rules());
        CPPUNIT_ASSERT(found(1)->isSigned());
        CPPUNIT_ASSERT(!found(2)->isSigned());
        CPPUNIT_ASSERT(found(2)->endpoint() == place(2).endpoint);
    }

    void goesOnWithTheSetOfAnEarlierCrawl()
    {
        Network network(4, _port);
        crawl(network, {place(1)}, rules());
        const auto first = found(2)->history.firstResponse;
        _clock.advance(1h);
        network.tellsNobody = true;
        crawl(network, {}, rules());
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{2}, found(2)->history.score);
        CPPUNIT_ASSERT(found(2)->history.firstResponse == first);
        CPPUNIT_ASSERT(found(2)->history.lastResponse > first);
        network.silent = {2};
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, crawl(network, {}, rules()).removed);
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, found(2)->history.score);
        CPPUNIT_ASSERT(found(2)->history.lastCheck > found(2)->history.lastResponse);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, crawl(network, {}, rules()).removed);
        CPPUNIT_ASSERT(found(2) == nullptr);
        CPPUNIT_ASSERT_EQUAL(std::size_t{3}, _nodes.size());
    }

    void triesANodeAtAFewPlaces()
    {
        Network network(1, _port);
        std::vector<wire::Neighbor> start;
        for (std::uint16_t port = 9; port < 20; ++port)
            start.push_back({place(1).key, {loopback, static_cast<std::uint16_t>(firstPort + port), 0}});
        network.silent = {9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19};
        crawl(network, start, rules());
        CPPUNIT_ASSERT(found(1) == nullptr);
        std::set<node::Endpoint> tried;
        for (const auto& sent : _port.sent)
            tried.insert(sent.to);
        CPPUNIT_ASSERT_EQUAL(std::size_t{3}, tried.size());
        // At the second place that is told of it answers.
        Network honest(1, _port);
        crawl(honest, {start.front(), place(1)}, rules());
        CPPUNIT_ASSERT(found(1) != nullptr);
    }

    void boundsWhatLiarsMakeUp()
    {
        Network network(40, _port);
        auto options = rules();
        options.mostKnown = 10;
        const auto counts = crawl(network, {place(1)}, options);
        CPPUNIT_ASSERT_EQUAL(std::size_t{10}, counts.known);
        CPPUNIT_ASSERT(counts.forgotten > 0);
        CPPUNIT_ASSERT_EQUAL(std::size_t{10}, _nodes.size());
    }

    void countsWhatNodesHaveInCommon()
    {
        Bytes client;
        node::rlp::Writer out(client);
        const auto mark = out.beginList();
        out.string(asBytes("Waymark")).string(asBytes("0.1")).endList(mark);
        const auto v6 = node::NodeEndpoint{node::IpAddress::parse("2001:db8::1").value(), 1, 1};
        const auto eth = fromHex("c7c684aabbccdd05").value();
        for (std::uint64_t i = 1; i <= 3; ++i) {
            node::EnrBuilder builder;
            builder.endpoint(i == 3 ? v6 : place(i).endpoint);
            if (i < 3)
                builder.entry("eth", eth);
            if (i == 2)
                builder.endpoint(v6).entry("client", client);
            _nodes.merge(Entry(builder.sign(testkit::testKey(i)).value()));
        }
        const Summary summary(_nodes);
        const Summary::Counts forks{{"aabbccdd/5", 2}, {"none", 1}};
        const Summary::Counts clients{{"none", 2}, {"Waymark", 1}};
        const Summary::Counts families{{"both", 1}, {"ipv4", 1}, {"ipv6", 1}};
        CPPUNIT_ASSERT(forks == summary.forks());
        CPPUNIT_ASSERT(clients == summary.clients());
        CPPUNIT_ASSERT(families == summary.families());
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(CrawlTest);

} // namespace waymark::discv4::crawl
