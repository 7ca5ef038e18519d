#include "sim/Talker.h"

#include <cppunit/TestFixture.h>
#include <cppunit/extensions/HelperMacros.h>

#include <array>
#include <chrono>
#include <set>

namespace waymark::testkit::sim
{

using namespace std::chrono_literals;

namespace
{

constexpr auto everyKind =
    std::array{NatKind::fullCone, NatKind::restrictedCone, NatKind::portRestrictedCone, NatKind::symmetric};

node::Endpoint at(std::string_view text)
{
    return node::Endpoint::parse(text).value();
}

Nat natOf(NatKind kind)
{
    return Nat({.kind = kind, .publicAddress = node::IpAddress::v4(9, 9, 9, 9)});
}

} // namespace

/// The four kinds by what they map and whom they let in, and hosts behind them.
class NatTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(NatTest);
    CPPUNIT_TEST(mapsAsItsKindSays);
    CPPUNIT_TEST(letsInAsItsKindSays);
    CPPUNIT_TEST(forgetsAfterTheTimeout);
    CPPUNIT_TEST(isKeptAliveFromOutsideOnlyWhenSet);
    CPPUNIT_TEST(runsOutOfPortsAndUsesThemAgain);
    CPPUNIT_TEST(refusesImpossibleSettings);
    CPPUNIT_TEST(hidesHostsBehindIt);
    CPPUNIT_TEST(connectsNeighboursDirectly);
    CPPUNIT_TEST(turnsPacketsRoundOnlyWhenSet);
    CPPUNIT_TEST(goesToOneSideOfACut);
    CPPUNIT_TEST_SUITE_END();

public:
    void mapsAsItsKindSays()
    {
        for (const NatKind kind : everyKind) {
            Nat nat = natOf(kind);
            std::set<node::Endpoint> outside;
            for (const char* const remote : {"1.0.0.1:1", "1.0.0.1:2", "2.0.0.2:1"})
                outside.insert(nat.outbound(_inside, at(remote), 0s).value());
            CPPUNIT_ASSERT_EQUAL(std::size_t{kind == NatKind::symmetric ? 3U : 1U}, outside.size());
            CPPUNIT_ASSERT_EQUAL(outside.size(), nat.mappings(0s));
            // Another socket inside never shares a port.
            CPPUNIT_ASSERT(!outside.contains(nat.outbound(at("10.0.0.2:2"), at("1.0.0.1:1"), 0s).value()));
        }
    }

    void letsInAsItsKindSays()
    {
        struct Case
        {
            NatKind kind;
            bool sameEndpoint;
            bool samePortless;
            bool stranger;
        };
        constexpr std::array cases{Case{NatKind::fullCone, true, true, true},
                                   Case{NatKind::restrictedCone, true, true, false},
                                   Case{NatKind::portRestrictedCone, true, false, false},
                                   Case{NatKind::symmetric, true, false, false}};
        for (const Case& expected : cases) {
            Nat nat = natOf(expected.kind);
            const auto outside = nat.outbound(_inside, at("1.0.0.1:1"), 0s).value();
            const auto letsIn = [&](const char* remote) {
                const auto answer = nat.inbound(at(remote), outside.port, 1s);
                CPPUNIT_ASSERT(answer ? *answer == _inside : answer.error() == Fate::natFiltered);
                return answer.has_value();
            };
            CPPUNIT_ASSERT_EQUAL(expected.sameEndpoint, letsIn("1.0.0.1:1"));
            CPPUNIT_ASSERT_EQUAL(expected.samePortless, letsIn("1.0.0.1:2"));
            CPPUNIT_ASSERT_EQUAL(expected.stranger, letsIn("2.0.0.2:1"));
            CPPUNIT_ASSERT(nat.inbound(at("1.0.0.1:1"), 1, 1s).error() == Fate::natClosed);
        }
    }

    void forgetsAfterTheTimeout()
    {
        for (const NatKind kind : everyKind) {
            Nat nat = natOf(kind);
            const auto first = nat.outbound(_inside, at("1.0.0.1:1"), 0s).value();
            CPPUNIT_ASSERT(nat.outbound(_inside, at("1.0.0.1:1"), 119s) == first);
            CPPUNIT_ASSERT(nat.inbound(at("1.0.0.1:1"), first.port, 238s).has_value());
            CPPUNIT_ASSERT(nat.inbound(at("1.0.0.1:1"), first.port, 239s).error() == Fate::natClosed);
            CPPUNIT_ASSERT_EQUAL(std::size_t{0}, nat.mappings(239s));
            CPPUNIT_ASSERT(nat.outbound(_inside, at("1.0.0.1:1"), 239s) != first);
        }
        // Who is let in is forgotten as well, also where the mapping itself lives on.
        Nat nat = natOf(NatKind::portRestrictedCone);
        const auto outside = nat.outbound(_inside, at("1.0.0.1:1"), 0s).value();
        CPPUNIT_ASSERT(nat.outbound(_inside, at("2.0.0.2:1"), 100s) == outside);
        CPPUNIT_ASSERT(nat.inbound(at("1.0.0.1:1"), outside.port, 130s).error() == Fate::natFiltered);
    }

    void isKeptAliveFromOutsideOnlyWhenSet()
    {
        for (const bool refreshed : {false, true}) {
            Nat nat({.kind = NatKind::symmetric,
                     .publicAddress = node::IpAddress::v4(9, 9, 9, 9),
                     .refreshedFromOutside = refreshed});
            const auto outside = nat.outbound(_inside, at("1.0.0.1:1"), 0s).value();
            CPPUNIT_ASSERT(nat.inbound(at("1.0.0.1:1"), outside.port, 100s).has_value());
            CPPUNIT_ASSERT_EQUAL(refreshed, nat.inbound(at("1.0.0.1:1"), outside.port, 200s).has_value());
        }
    }

    void runsOutOfPortsAndUsesThemAgain()
    {
        Nat nat({.kind = NatKind::symmetric,
                 .publicAddress = node::IpAddress::v4(9, 9, 9, 9),
                 .firstPort = 100,
                 .lastPort = 101});
        CPPUNIT_ASSERT(nat.outbound(_inside, at("1.0.0.1:1"), 0s)->port == 100);
        CPPUNIT_ASSERT(nat.outbound(_inside, at("1.0.0.1:2"), 60s)->port == 101);
        CPPUNIT_ASSERT(!nat.outbound(_inside, at("1.0.0.1:3"), 60s));
        CPPUNIT_ASSERT(nat.outbound(_inside, at("1.0.0.1:3"), 120s)->port == 100);
    }

    void refusesImpossibleSettings()
    {
        CPPUNIT_ASSERT_THROW(Nat({.publicAddress = node::IpAddress::anyV6()}), std::invalid_argument);
        CPPUNIT_ASSERT_THROW(Nat(NatSettings{}), std::invalid_argument);
        CPPUNIT_ASSERT_THROW(
            Nat({.publicAddress = node::IpAddress::v4(9, 9, 9, 9), .firstPort = 5, .lastPort = 4}),
            std::invalid_argument);
    }

    void hidesHostsBehindIt()
    {
        Nat& nat = _network.addNat(settings(NatKind::portRestrictedCone));
        Talker home(_network, behind(nat, 2), "10.0.0.2:30");
        Talker server(_network, _network.addHost("1.0.0.1"), "1.0.0.1:1");
        Talker stranger(_network, _network.addHost("2.0.0.2"), "2.0.0.2:1");
        server.echo();
        home.say("1.0.0.1:1", "hello", 1);
        _simulation.advance(1ms);
        CPPUNIT_ASSERT_EQUAL(std::string("9.9.9.9:20000"), server.heard().at(0).from.toString());
        CPPUNIT_ASSERT_EQUAL(std::string("10.0.0.2"), home.heard().at(0).local.toString());
        stranger.say("9.9.9.9:20000", "psst", 1);
        stranger.say("9.9.9.9:20001", "psst", 1);
        stranger.say("10.0.0.2:30", "psst", 1);
        _simulation.advance(1ms);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, home.heard().size());
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, counted(Fate::natFiltered));
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, counted(Fate::natClosed));
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, counted(Fate::noRoute));
    }

    void connectsNeighboursDirectly()
    {
        _network.setLinks({.loss = 1});
        Nat& nat = _network.addNat(settings(NatKind::symmetric));
        Talker one(_network, behind(nat, 2), "10.0.0.2:30");
        Talker two(_network, behind(nat, 3), "10.0.0.3:30");
        one.say("10.0.0.3:30", "next door", 1);
        _simulation.advance(1ms);
        CPPUNIT_ASSERT_EQUAL(std::string("10.0.0.2:30"), two.heard().at(0).from.toString());
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, nat.mappings(_simulation.now()));
    }

    void turnsPacketsRoundOnlyWhenSet()
    {
        for (const bool hairpin : {false, true}) {
            const auto number = static_cast<Byte>(hairpin ? 8 : 7);
            Nat& nat = _network.addNat({.kind = NatKind::fullCone,
                                        .publicAddress = node::IpAddress::v4(9, 9, 9, number),
                                        .hairpin = hairpin});
            Talker one(_network, behind(nat, 2), "10.0.0.2:30");
            Talker two(_network, behind(nat, 3), "10.0.0.3:30");
            two.say("1.0.0.1:1", "open the port", 1);
            one.say("9.9.9." + std::to_string(number) + ":20000", "round the corner", 1);
            _simulation.advance(1ms);
            CPPUNIT_ASSERT_EQUAL(std::size_t{hairpin ? 1U : 0U}, two.heard().size());
        }
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, counted(Fate::natHairpin));
    }

    void goesToOneSideOfACut()
    {
        Nat& nat = _network.addNat(settings(NatKind::fullCone));
        Host& first = behind(nat, 2);
        Talker home(_network, first, "10.0.0.2:30");
        Talker other(_network, behind(nat, 3), "10.0.0.3:30");
        Talker server(_network, _network.addHost("1.0.0.1"), "1.0.0.1:1");
        other.say("1.0.0.1:1", "before", 1);
        _simulation.advance(1ms);
        const std::array<Host*, 1> island{&first};
        _network.partition(island);
        other.say("1.0.0.1:1", "after", 1);
        server.say("9.9.9.9:20000", "after", 1);
        other.say("10.0.0.2:30", "still here", 1);
        _simulation.advance(1ms);
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{2}, counted(Fate::partitioned));
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, home.heard().size());
    }

private:
    static NatSettings settings(NatKind kind)
    {
        return {.kind = kind, .publicAddress = node::IpAddress::v4(9, 9, 9, 9)};
    }
    Host& behind(Nat& nat, Byte number)
    {
        return _network.addHost(
            HostSettings{.addresses = {node::IpAddress::v4(10, 0, 0, number)}, .nat = &nat});
    }
    std::uint64_t counted(Fate fate) const { return _network.counts()[fate]; }

    const node::Endpoint _inside = at("10.0.0.2:1");
    Simulation _simulation{7};
    SimNetwork _network{_simulation};
};

CPPUNIT_TEST_SUITE_REGISTRATION(NatTest);

} // namespace waymark::testkit::sim
