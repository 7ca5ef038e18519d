#include "BootnodeFinder.h"

#include <waymark/node/Enr.h>
#include <waymark/testkit/HostNames.h>
#include <waymark/testkit/ManualClock.h>
#include <waymark/testkit/TestKeys.h>

#include <cppunit/extensions/HelperMacros.h>

#include <new>
#include <set>
#include <string>

namespace waymark::discv4
{

class BootnodeFinderTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(BootnodeFinderTest);
    CPPUNIT_TEST(readsUrlsNamesAndRecords);
    CPPUNIT_TEST(tellsOfTheOthersWhileANameIsUnknown);
    CPPUNIT_TEST(looksAgainWithGrowingPausesWhileNobodyAnswers);
    CPPUNIT_TEST(followsABootnodeThatMoves);
    CPPUNIT_TEST(asksNotAgainWhileItAnswers);
    CPPUNIT_TEST(takesTheFamilyThatThisNodeHas);
    CPPUNIT_TEST(muteNameServerHoldsUpNothing);
    CPPUNIT_TEST(looksAgainWhenALookupCannotBegin);
    CPPUNIT_TEST(forgetsWhatIsNotConfiguredAnyMore);
    CPPUNIT_TEST_SUITE_END();

    using Places = std::vector<wire::Neighbor>;

    /// Host names that can be asked for, or not even that.
    struct Resolver final : net::Resolver
    {
        testkit::HostNames names;
        bool isShort = false; ///< of memory
        Subscription resolve(std::string name, Completion completion) override
        {
            if (isShort)
                throw std::bad_alloc();
            return names.resolve(std::move(name), std::move(completion));
        }
    };

    Resolver _resolver;
    testkit::HostNames& _names = _resolver.names;
    testkit::ManualClock _clock;
    std::set<node::IpFamily> _families{node::IpFamily::v4, node::IpFamily::v6};
    bool _isReached = false;
    std::size_t _told = 0;
    Places _last;
    BootnodeFinder _finder{{_resolver,
                            _clock,
                            {},
                            [this](node::IpFamily family) { return _families.contains(family); },
                            [this](const node::PublicKey&) { return _isReached; },
                            [this](const Places& places) {
                                ++_told;
                                _last = places;
                            }}};

    static node::IpAddress ip(const char* text) { return node::IpAddress::parse(text).value(); }
    static node::PublicKey key(std::uint64_t number) { return testkit::testKey(number).publicKey(); }

    static Bootnode at(std::uint64_t number, const std::string& place)
    {
        return Bootnode::parse("enode://" + key(number).hex() + '@' + place).value();
    }

    static wire::Neighbor neighbor(std::uint64_t number, const char* address, std::uint16_t port)
    {
        return {key(number), {ip(address), port, port}};
    }

    void pass(int seconds)
    {
        for (int i = 0; i < seconds; ++i) {
            _clock.advance(std::chrono::seconds(1));
            _finder.tick();
        }
    }

    void readsUrlsNamesAndRecords()
    {
        CPPUNIT_ASSERT(at(1, "8.8.8.8:30").places == (Places{neighbor(1, "8.8.8.8", 30)}));
        const auto named = at(1, "boot.example:30");
        CPPUNIT_ASSERT(named.places.empty() && named.name->host == "boot.example");
        const auto record = node::EnrBuilder()
                                .seq(1)
                                .endpoint({ip("8.8.8.8"), 30, 0})
                                .endpoint({ip("2600::8"), 31, 0})
                                .sign(testkit::testKey(1))
                                .value();
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, Bootnode::parse(record.toString())->places.size());
        for (const char* bad : {"", "boot.example:30", "enode://12@boot.example:30", "enr:-"})
            CPPUNIT_ASSERT_MESSAGE(bad, !Bootnode::parse(bad));
        CPPUNIT_ASSERT(!parseNode("enode://" + key(1).hex() + "@boot.example:30"));
    }

    void tellsOfTheOthersWhileANameIsUnknown()
    {
        _finder.follow({at(1, "boot.example:30"), at(2, "8.8.8.8:30")});
        CPPUNIT_ASSERT(_last == (Places{neighbor(2, "8.8.8.8", 30)}));
        _names.set("boot.example", {ip("8.8.4.4")});
        pass(5);
        CPPUNIT_ASSERT(_last == (Places{neighbor(1, "8.8.4.4", 30), neighbor(2, "8.8.8.8", 30)}));
    }

    void looksAgainWithGrowingPausesWhileNobodyAnswers()
    {
        _names.set("boot.example", {ip("8.8.4.4")});
        _finder.follow({at(1, "boot.example:30")});
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, _names.asked("boot.example"));
        pass(36); // after 5, 10 and 20 seconds
        CPPUNIT_ASSERT_EQUAL(std::size_t{4}, _names.asked("boot.example"));
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, _told); // nothing at first, and then one address
        pass(3600);
        CPPUNIT_ASSERT(_names.asked("boot.example") > 12 && _names.asked("boot.example") < 22);
    }

    void followsABootnodeThatMoves()
    {
        _names.set("boot.example", {ip("8.8.4.4")});
        _finder.follow({at(1, "boot.example:30")});
        _isReached = true;
        pass(60);
        _names.set("boot.example", {ip("8.8.4.5")});
        pass(60);
        CPPUNIT_ASSERT(_last == (Places{neighbor(1, "8.8.4.4", 30)}));
        _isReached = false;
        pass(10);
        CPPUNIT_ASSERT(_last == (Places{neighbor(1, "8.8.4.5", 30)}));
        _names.remove("boot.example");
        pass(600);
        CPPUNIT_ASSERT(_last == (Places{neighbor(1, "8.8.4.5", 30)})); // the last one holds
    }

    void asksNotAgainWhileItAnswers()
    {
        _names.set("boot.example", {ip("8.8.4.4")});
        _finder.follow({at(1, "boot.example:30")});
        _isReached = true;
        pass(3600);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, _names.asked("boot.example"));
    }

    void takesTheFamilyThatThisNodeHas()
    {
        _names.set("boot.example", {ip("2600::8"), ip("8.8.4.4")});
        _finder.follow({at(1, "boot.example:30")});
        CPPUNIT_ASSERT(_last == (Places{neighbor(1, "8.8.4.4", 30)}));
        _families = {node::IpFamily::v6};
        _finder.follow({at(1, "boot.example:30"), at(2, "8.8.8.8:30")});
        CPPUNIT_ASSERT(_last == (Places{neighbor(1, "2600::8", 30)}));
        std::vector<node::IpAddress> many;
        for (Byte i = 1; i < 20; ++i)
            many.push_back(node::IpAddress::v4(8, 8, 4, i));
        _families = {node::IpFamily::v4};
        _names.set("many.example", many);
        _finder.follow({at(1, "many.example:30")});
        CPPUNIT_ASSERT_EQUAL(BootnodeFinder::mostAddresses, _last.size());
    }

    void muteNameServerHoldsUpNothing()
    {
        _names.mute("mute.example");
        _names.set("boot.example", {ip("8.8.4.4")});
        _finder.follow({at(1, "mute.example:30"), at(2, "boot.example:30")});
        CPPUNIT_ASSERT(_last == (Places{neighbor(2, "8.8.4.4", 30)}));
        pass(600);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, _names.asked("mute.example"));
    }

    void looksAgainWhenALookupCannotBegin()
    {
        _names.set("boot.example", {ip("8.8.4.4")});
        _names.set("other.example", {ip("8.8.4.5")});
        _resolver.isShort = true;
        _finder.follow({at(1, "boot.example:30"), at(2, "other.example:30")});
        CPPUNIT_ASSERT(_last.empty());
        _resolver.isShort = false;
        pass(5);
        CPPUNIT_ASSERT(_last == (Places{neighbor(1, "8.8.4.4", 30), neighbor(2, "8.8.4.5", 30)}));
    }

    void forgetsWhatIsNotConfiguredAnyMore()
    {
        _names.set("boot.example", {ip("8.8.4.4")});
        _finder.follow({at(1, "boot.example:30")});
        _finder.follow({});
        CPPUNIT_ASSERT(_last.empty());
        pass(600);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, _names.asked("boot.example"));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(BootnodeFinderTest);

} // namespace waymark::discv4
