#include "sim/Talker.h"

#include <cppunit/TestFixture.h>
#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <stdexcept>

namespace waymark::testkit::sim
{

using namespace std::chrono_literals;

namespace
{

constexpr const char* left = "1.0.0.1:1000";
constexpr const char* right = "2.0.0.2:2000";
constexpr int many = 10'000;

} // namespace

/// What links do to datagrams between two hosts, with the numbers of seed 7.
class SimNetworkTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(SimNetworkTest);
    CPPUNIT_TEST(deliversWithAddressesAndContent);
    CPPUNIT_TEST(deliversOverIpv6);
    CPPUNIT_TEST(answersLeaveFromTheAddressThatWasAsked);
    CPPUNIT_TEST(losesTheShareThatIsSet);
    CPPUNIT_TEST(delaysBetweenDelayAndDelayPlusJitter);
    CPPUNIT_TEST(keepsTheDistanceOfAPair);
    CPPUNIT_TEST(duplicatesTheShareThatIsSet);
    CPPUNIT_TEST(holdsBackTheShareThatIsSet);
    CPPUNIT_TEST(dropsWhatIsTooLongInOneDirectionOnly);
    CPPUNIT_TEST(addsTheLinksOfBothSides);
    CPPUNIT_TEST(obeysTheLinkOfAPairInItsDirection);
    CPPUNIT_TEST(cutsAndHeals);
    CPPUNIT_TEST(losesWhatIsUnderWayAcrossACut);
    CPPUNIT_TEST(carriesSpoofedSources);
    CPPUNIT_TEST(countsWhatGoesNowhere);
    CPPUNIT_TEST(losesNothingWithoutACount);
    CPPUNIT_TEST(repeatsTheRunOfASeed);
    CPPUNIT_TEST(followsAHostThatMoves);
    CPPUNIT_TEST(refusesAddressesThatAreTaken);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override { begin(7); }

    void deliversWithAddressesAndContent()
    {
        CPPUNIT_ASSERT(_left->say(right, "hello").has_value());
        CPPUNIT_ASSERT(_right->heard().empty());
        _simulation->advance(1ms);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, _right->heard().size());
        const auto& heard = _right->heard().front();
        CPPUNIT_ASSERT_EQUAL(std::string("hello"), heard.text);
        CPPUNIT_ASSERT_EQUAL(std::string(left), heard.from.toString());
        CPPUNIT_ASSERT_EQUAL(std::string("2.0.0.2"), heard.local.toString());
        CPPUNIT_ASSERT(heard.at == 0s);
    }

    void deliversOverIpv6()
    {
        Host& one = _network->addHost("2001:db8::1");
        Host& two = _network->addHost("2001:db8::2");
        Talker first(*_network, one, "[::]:7");
        Talker second(*_network, two, "[2001:db8::2]:9");
        first.say("[2001:db8::2]:9", "six", 1);
        _simulation->advance(1ms);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, second.heard().size());
        CPPUNIT_ASSERT_EQUAL(std::string("[2001:db8::1]:7"), second.heard().front().from.toString());
        // One socket speaks one family.
        CPPUNIT_ASSERT(first.say(right, "four").error().code == ErrorCode::io);
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, counted(Fate::noRoute));
    }

    void answersLeaveFromTheAddressThatWasAsked()
    {
        Host& host = _network->addHost(
            HostSettings{.addresses = {node::IpAddress::v4(3, 0, 0, 1), node::IpAddress::v4(3, 0, 0, 2)}});
        Talker two(*_network, host, "0.0.0.0:5");
        two.echo();
        _left->say("3.0.0.2:5", "who", 1);
        _simulation->advance(1ms);
        CPPUNIT_ASSERT_EQUAL(std::string("3.0.0.2:5"), _left->heard().at(0).from.toString());
        two.say(left, "I", 1);
        _simulation->advance(1ms);
        CPPUNIT_ASSERT_EQUAL(std::string("3.0.0.1:5"), _left->heard().at(1).from.toString());
    }

    void losesTheShareThatIsSet()
    {
        _network->setLinks({.loss = 0.1});
        _left->say(right, "x", many);
        _simulation->advance(1s);
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{980}, counted(Fate::lost));
        CPPUNIT_ASSERT_EQUAL(many - counted(Fate::lost), std::uint64_t{_right->heard().size()});
    }

    void delaysBetweenDelayAndDelayPlusJitter()
    {
        _network->setLinks({.delay = 20ms, .jitter = 10ms});
        _left->say(right, "x", 1'000);
        _simulation->advance(19'999us);
        CPPUNIT_ASSERT(_right->heard().empty());
        _simulation->advance(10'001us);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1'000}, _right->heard().size());
        const auto early =
            std::ranges::count_if(_right->heard(), [](const auto& one) { return one.at < 25ms; });
        CPPUNIT_ASSERT_EQUAL(std::ptrdiff_t{482}, early);
    }

    void keepsTheDistanceOfAPair()
    {
        _network->setLinks({.spread = 100ms});
        _right->echo();
        for (int i = 0; i < 20; ++i) {
            _left->say(right, std::to_string(i), 1);
            _simulation->advance(1s);
        }
        const Duration distance = _right->heard().front().at;
        CPPUNIT_ASSERT(distance > 0ms && distance <= 100ms);
        for (int i = 0; i < 20; ++i) {
            CPPUNIT_ASSERT(_right->heard()[static_cast<std::size_t>(i)].at == i * 1s + distance);
            CPPUNIT_ASSERT(_left->heard()[static_cast<std::size_t>(i)].at == i * 1s + 2 * distance);
        }
    }

    void duplicatesTheShareThatIsSet()
    {
        _network->setLinks({.duplication = 0.05});
        _left->say(right, "x", many);
        _simulation->advance(1s);
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{476}, _network->counts().duplicated);
        CPPUNIT_ASSERT_EQUAL(many + _network->counts().duplicated, std::uint64_t{_right->heard().size()});
    }

    void holdsBackTheShareThatIsSet()
    {
        _network->setLinks({.reordering = 0.2, .holdBack = 50ms});
        for (int i = 0; i < many; ++i) {
            _left->say(right, std::to_string(i), 1);
            _simulation->advance(10ms);
        }
        _simulation->advance(1s);
        int overtaken = 0;
        int latest = -1;
        for (const auto& heard : _right->heard()) {
            const int number = std::stoi(heard.text);
            overtaken += number < latest ? 1 : 0;
            latest = std::max(latest, number);
        }
        CPPUNIT_ASSERT_EQUAL(std::size_t{many}, _right->heard().size());
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{1977}, _network->counts().heldBack);
        // Six of them had all that could have overtaken them held back as well, or were the last.
        CPPUNIT_ASSERT_EQUAL(1971, overtaken);
    }

    void dropsWhatIsTooLongInOneDirectionOnly()
    {
        _network->setLink(host(0).address(), host(1).address(), {.mtu = 1'280});
        const std::string fits(1'280 - 28, 'x');
        _left->say(right, fits, 1);
        _left->say(right, fits + 'x', 1);
        _right->say(left, fits + 'x', 1);
        _simulation->advance(1ms);
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, counted(Fate::tooLarge));
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, _right->heard().size());
        CPPUNIT_ASSERT_EQUAL(fits.size() + 1, _left->heard().at(0).text.size());
    }

    void addsTheLinksOfBothSides()
    {
        host(0).setOutgoing({.delay = 1ms});
        _network->setLinks({.delay = 10ms});
        host(1).setIncoming({.delay = 100ms});
        _left->say(right, "x", 1);
        _right->say(left, "y", 1);
        _simulation->advance(1s);
        CPPUNIT_ASSERT(_right->heard().at(0).at == 111ms);
        CPPUNIT_ASSERT(_left->heard().at(0).at == 10ms);
    }

    void obeysTheLinkOfAPairInItsDirection()
    {
        _network->setLink(host(0).address(), host(1).address(), {.loss = 1});
        _left->say(right, "x", 10);
        _right->say(left, "y", 10);
        _simulation->advance(1ms);
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, _right->heard().size());
        CPPUNIT_ASSERT_EQUAL(std::size_t{10}, _left->heard().size());
    }

    void cutsAndHeals()
    {
        Host& third = _network->addHost("3.0.0.3");
        Talker other(*_network, third, "3.0.0.3:3000");
        const std::array<Host*, 2> island{&host(0), &third};
        _network->partition(island);
        _left->say(right, "over", 3);
        _right->say(left, "back", 2);
        _left->say("3.0.0.3:3000", "within", 1);
        _simulation->advance(1s);
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{5}, counted(Fate::partitioned));
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, other.heard().size());
        _network->heal();
        _left->say(right, "again", 1);
        _simulation->advance(1s);
        CPPUNIT_ASSERT_EQUAL(std::string("again"), _right->heard().at(0).text);
    }

    void losesWhatIsUnderWayAcrossACut()
    {
        _network->setLinks({.delay = 100ms});
        _left->say(right, "late", 1);
        _simulation->advance(50ms);
        const std::array<Host*, 1> island{&host(0)};
        _network->partition(island);
        _left->say(right, "into the cut", 1);
        _simulation->advance(60ms);
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{2}, counted(Fate::partitioned));
        _network->heal();
        _simulation->advance(1s);
        CPPUNIT_ASSERT(_right->heard().empty());
    }

    void carriesSpoofedSources()
    {
        _right->echo();
        std::uint64_t toVictim = 0;
        const auto watching = _network->watch([&](const Journey& journey) {
            toVictim += journey.destination.toString() == left ? journey.payload.size() : 0;
        });
        _network->inject(node::Endpoint::parse(left).value(), node::Endpoint::parse(right).value(),
                         asBytes("forged"));
        _network->inject(node::Endpoint::parse("9.9.9.9:9").value(), node::Endpoint::parse(right).value(),
                         asBytes("from nobody"));
        _simulation->advance(1s);
        CPPUNIT_ASSERT_EQUAL(std::string(left), _right->heard().at(0).from.toString());
        CPPUNIT_ASSERT_EQUAL(std::string("forged"), _left->heard().at(0).text);
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{6}, toVictim);
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{2}, _network->counts().injected);
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, counted(Fate::noRoute));
    }

    void countsWhatGoesNowhere()
    {
        _left->say("8.8.8.8:53", "x", 1);
        _left->say("2.0.0.2:2001", "x", 2);
        _simulation->advance(1ms);
        host(1).setUp(false);
        _left->say(right, "x", 3);
        CPPUNIT_ASSERT(!_right->say(left, "x").has_value());
        _simulation->advance(1ms);
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, counted(Fate::noRoute));
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{2}, counted(Fate::noSocket));
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{4}, counted(Fate::hostDown));
        host(1).setUp(true);
        _left->say(right, "x", 1);
        _simulation->advance(1ms);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, _right->heard().size());
    }

    void losesNothingWithoutACount()
    {
        mistreat();
        const auto before = _network->counts();
        CPPUNIT_ASSERT(before.pending > 0);
        CPPUNIT_ASSERT_EQUAL(before.sent + before.injected + before.duplicated,
                             before.ended() + before.pending);
        _simulation->advance(10s);
        const auto after = _network->counts();
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{0}, after.pending);
        CPPUNIT_ASSERT_EQUAL(after.sent + after.injected + after.duplicated, after.ended());
        CPPUNIT_ASSERT_EQUAL(after[Fate::delivered], _left->heard().size() + _right->heard().size());
    }

    void repeatsTheRunOfASeed()
    {
        std::vector<std::string> lines;
        const auto run = [&](std::uint64_t seed) {
            begin(seed);
            lines.clear();
            _simulation->trace().setSink([&](std::string_view line) { lines.emplace_back(line); });
            mistreat();
            _simulation->advance(10s);
            return std::pair(_simulation->fingerprint(), lines);
        };
        const auto first = run(7);
        const auto again = run(7);
        const auto other = run(8);
        CPPUNIT_ASSERT_EQUAL(first.first, again.first);
        CPPUNIT_ASSERT(first.second == again.second);
        CPPUNIT_ASSERT(first.first != other.first);
        CPPUNIT_ASSERT(first.second != other.second);
        CPPUNIT_ASSERT_EQUAL(std::string("      0.000000 #1 1.0.0.1:1000 > 2.0.0.2:2000 4 bytes"),
                             first.second.front());
    }

    void followsAHostThatMoves()
    {
        Host& mobile = _network->addHost("4.0.0.1");
        Talker talker(*_network, mobile, "0.0.0.0:5");
        _network->renumber(mobile, {node::IpAddress::v4(4, 0, 0, 2)});
        _left->say("4.0.0.1:5", "old", 1);
        _left->say("4.0.0.2:5", "new", 1);
        talker.say(left, "here", 1);
        _simulation->advance(1ms);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, talker.heard().size());
        CPPUNIT_ASSERT_EQUAL(std::string("4.0.0.2:5"), _left->heard().at(0).from.toString());
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, counted(Fate::noRoute));
    }

    void refusesAddressesThatAreTaken()
    {
        CPPUNIT_ASSERT_THROW(_network->addHost("1.0.0.1"), std::invalid_argument);
        CPPUNIT_ASSERT_THROW(_network->addHost("nowhere"), std::invalid_argument);
        CPPUNIT_ASSERT_THROW(_network->addHost(HostSettings{}), std::invalid_argument);
        CPPUNIT_ASSERT_THROW(_network->addNat({.publicAddress = node::IpAddress::v4(1, 0, 0, 1)}),
                             std::invalid_argument);
    }

private:
    void begin(std::uint64_t seed)
    {
        _left.reset();
        _right.reset();
        _network.reset();
        _simulation.emplace(seed);
        _network.emplace(*_simulation);
        _left.emplace(*_network, _network->addHost("1.0.0.1"), left);
        _right.emplace(*_network, _network->addHost("2.0.0.2"), right);
    }

    /// Every impairment at once.
    void mistreat()
    {
        _network->setLinks(
            {.loss = 0.1, .delay = 5ms, .jitter = 20ms, .duplication = 0.1, .reordering = 0.1, .mtu = 40});
        _right->echo();
        for (int i = 0; i < 200; ++i) {
            _left->say(right, "ping", 1);
            _left->say(right, "longer than the path carries", 1);
            _network->inject(node::Endpoint::parse(left).value(), node::Endpoint::parse(right).value(),
                             asBytes("forged"));
            _simulation->advance(1ms);
        }
    }

    Host& host(std::size_t number) { return _network->host(number); }
    std::uint64_t counted(Fate fate) const { return _network->counts()[fate]; }

    std::optional<Simulation> _simulation;
    std::optional<SimNetwork> _network;
    std::optional<Talker> _left;
    std::optional<Talker> _right;
};

CPPUNIT_TEST_SUITE_REGISTRATION(SimNetworkTest);

} // namespace waymark::testkit::sim
