#include "host/identity/AddressFollower.h"

#include "observe/HostLogChannel.h"

#include <waymark/testkit/HostNames.h>
#include <waymark/testkit/ManualTimers.h>
#include <waymark/testkit/TemporaryFolder.h>

#include <Poco/StreamChannel.h>
#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>
#include <sstream>

namespace waymark::host
{

class AddressFollowerTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(AddressFollowerTest);
    CPPUNIT_TEST(readsTheAddressesOfAnInterface);
    CPPUNIT_TEST(followsAnInterface);
    CPPUNIT_TEST(takesTheAddressThatCarriesFurthest);
    CPPUNIT_TEST(keepsTheLastAddressWhenAnInterfaceHasNone);
    CPPUNIT_TEST(followsAName);
    CPPUNIT_TEST(staysAtOneOfSeveralAddresses);
    CPPUNIT_TEST(familyThatANameNoLongerHasIsGone);
    CPPUNIT_TEST(asksAgainWithGrowingPausesWhileANameIsUnknown);
    CPPUNIT_TEST(muteNameServerHoldsUpNothing);
    CPPUNIT_TEST(keepsTheLastRunsAddressUntilANameIsKnown);
    CPPUNIT_TEST(firstEntryOfAFamilyHolds);
    CPPUNIT_TEST(goesOverToOtherSettings);
    CPPUNIT_TEST_SUITE_END();

    testkit::ManualClock _clock;
    testkit::ManualTimers _timers{_clock};
    testkit::HostNames _names;
    testkit::TemporaryFolder _folder;
    std::map<std::string, std::vector<node::IpAddress>> _interfaces;
    std::ostringstream _lines;
    std::unique_ptr<HostLocalNode> _node;
    std::unique_ptr<AddressFollower> _follower;

    static node::IpAddress ip(const char* text) { return node::IpAddress::parse(text).value(); }

    static NodeSettings settings(std::initializer_list<const char*> texts)
    {
        NodeSettings made;
        for (const char* text : texts)
            made.external.push_back(ExternalAddress::parse(text).value());
        return made;
    }

    /// A node bound to 10.0.0.1 and fd00::1.
    void start(const NodeSettings& with)
    {
        _follower.reset();
        const auto channel = std::make_shared<observe::HostLogChannel>(
            Poco::AutoPtr<Poco::Channel>(new Poco::StreamChannel(_lines)));
        const observe::Log log(channel, "host");
        _node = HostLocalNode::make(node::SecretKey::fromHex(std::string(64, '7')).value(), with,
                                    _folder.path() / "node.enr", _clock, log)
                    .value();
        const auto read = [this](const std::string& name) -> Result<std::vector<node::IpAddress>> {
            const auto found = _interfaces.find(name);
            if (found == _interfaces.end())
                return failure(ErrorCode::notFound, "no such interface");
            return found->second;
        };
        _follower = std::make_unique<AddressFollower>(
            AddressFollower::Surroundings{*_node, _names, _timers, _clock, log, read});
        _follower->follow(with);
        _node->bound(node::Endpoint::parse("10.0.0.1:1000").value());
        _node->bound(node::Endpoint::parse("[fd00::1]:1000").value());
        _node->settle();
    }

    std::string v4() const { return _node->advertised(node::IpFamily::v4)->ip.toString(); }
    std::string v6() const { return _node->advertised(node::IpFamily::v6)->ip.toString(); }

    std::size_t logged(const std::string& event) const
    {
        std::size_t count = 0;
        const std::string lines = _lines.str();
        for (auto at = lines.find(event); at != std::string::npos; at = lines.find(event, at + 1))
            ++count;
        return count;
    }

    void readsTheAddressesOfAnInterface()
    {
        const auto found = interfaceAddresses("lo");
        CPPUNIT_ASSERT(found && std::ranges::find(*found, ip("127.0.0.1")) != found->end());
        CPPUNIT_ASSERT(interfaceAddresses("no-such-0").error().code == ErrorCode::notFound);
    }

    void followsAnInterface()
    {
        _interfaces["eth0"] = {ip("8.8.4.4"), ip("2600::4")};
        start(settings({"interface:eth0"}));
        CPPUNIT_ASSERT_EQUAL(std::string("8.8.4.4"), v4());
        CPPUNIT_ASSERT_EQUAL(std::string("2600::4"), v6());
        const auto seq = _node->record()->seq();
        _interfaces["eth0"] = {ip("8.8.4.5"), ip("2600::4")};
        _timers.advance(std::chrono::seconds(59));
        CPPUNIT_ASSERT_EQUAL(std::string("8.8.4.4"), v4());
        _timers.advance(std::chrono::seconds(2));
        CPPUNIT_ASSERT_EQUAL(std::string("8.8.4.5"), v4());
        CPPUNIT_ASSERT(_node->record()->seq() > seq);
        CPPUNIT_ASSERT(_node->record()->endpointV4()->ip == ip("8.8.4.5"));
    }

    void takesTheAddressThatCarriesFurthest()
    {
        _interfaces["eth0"] = {ip("127.0.0.9"), ip("10.9.9.9"), ip("8.8.4.4"), ip("8.8.4.5"),
                               ip("fe80::1"),   ip("fd00::9"),  ip("2600::4")};
        start(settings({"interface:eth0"}));
        CPPUNIT_ASSERT_EQUAL(std::string("8.8.4.4"), v4());
        CPPUNIT_ASSERT_EQUAL(std::string("2600::4"), v6());
        _interfaces["eth1"] = {ip("fe80::1")}; // says nothing to anybody
        start(settings({"interface:eth1"}));
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, logged("node.address_unknown"));
    }

    void keepsTheLastAddressWhenAnInterfaceHasNone()
    {
        _interfaces["eth0"] = {ip("8.8.4.4")};
        start(settings({"interface:eth0"}));
        for (const auto& lost : {true, false}) {
            if (lost)
                _interfaces.erase("eth0");
            else
                _interfaces["eth0"].clear();
            _timers.advance(std::chrono::minutes(10));
            CPPUNIT_ASSERT_EQUAL(std::string("8.8.4.4"), v4());
        }
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, logged("node.address_unknown"));
        _interfaces["eth0"] = {ip("8.8.4.6")};
        _timers.advance(std::chrono::minutes(2));
        CPPUNIT_ASSERT_EQUAL(std::string("8.8.4.6"), v4());
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, logged("node.address_found"));
    }

    void followsAName()
    {
        _names.set("node.example", {ip("8.8.4.4")});
        start(settings({"dns:node.example"}));
        CPPUNIT_ASSERT_EQUAL(std::string("8.8.4.4"), v4());
        CPPUNIT_ASSERT_EQUAL(std::string("fd00::1"), v6());
        _names.set("node.example", {ip("8.8.4.5")});
        _timers.advance(std::chrono::seconds(61));
        CPPUNIT_ASSERT_EQUAL(std::string("8.8.4.5"), v4());
        _names.remove("node.example");
        _timers.advance(std::chrono::minutes(30));
        CPPUNIT_ASSERT_EQUAL(std::string("8.8.4.5"), v4());
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, logged("node.address_unknown"));
    }

    void staysAtOneOfSeveralAddresses()
    {
        _names.set("node.example", {ip("8.8.4.4"), ip("8.8.4.5")});
        start(settings({"dns:node.example"}));
        const auto record = _node->record();
        _names.set("node.example", {ip("8.8.4.5"), ip("8.8.4.4")}); // as name servers do
        _timers.advance(std::chrono::minutes(5));
        CPPUNIT_ASSERT(_node->record() == record);
    }

    void familyThatANameNoLongerHasIsGone()
    {
        _names.set("node.example", {ip("8.8.4.4"), ip("2600::4")});
        start(settings({"dns:node.example"}));
        CPPUNIT_ASSERT_EQUAL(std::string("2600::4"), v6());
        _names.set("node.example", {ip("8.8.4.4")});
        _timers.advance(std::chrono::minutes(2));
        CPPUNIT_ASSERT_EQUAL(std::string("fd00::1"), v6());
    }

    void asksAgainWithGrowingPausesWhileANameIsUnknown()
    {
        start(settings({"dns:node.example"}));
        CPPUNIT_ASSERT_EQUAL(std::string("10.0.0.1"), v4());
        _timers.advance(std::chrono::seconds(20)); // after 2, 4 and 8 seconds
        CPPUNIT_ASSERT_EQUAL(std::size_t{4}, _names.asked("node.example"));
        _timers.advance(std::chrono::hours(1));
        CPPUNIT_ASSERT(_names.asked("node.example") < 70);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, logged("node.address_unknown"));
        _names.set("node.example", {ip("8.8.4.4")});
        _timers.advance(std::chrono::seconds(61));
        CPPUNIT_ASSERT_EQUAL(std::string("8.8.4.4"), v4());
    }

    void muteNameServerHoldsUpNothing()
    {
        _names.mute("mute.example");
        _interfaces["eth0"] = {ip("8.8.4.4")};
        start(settings({"interface:eth0", "dns:mute.example"}));
        CPPUNIT_ASSERT_EQUAL(std::string("8.8.4.4"), v4());
        _interfaces["eth0"] = {ip("8.8.4.5")};
        _timers.advance(std::chrono::minutes(5));
        CPPUNIT_ASSERT_EQUAL(std::string("8.8.4.5"), v4());
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, _names.asked("mute.example")); // one at a time
    }

    void keepsTheLastRunsAddressUntilANameIsKnown()
    {
        _names.set("node.example", {ip("8.8.4.4"), ip("2600::4")});
        start(settings({"dns:node.example"}));
        const node::Enr before = *_node->record();
        _names.remove("node.example");
        start(settings({"dns:node.example"}));
        CPPUNIT_ASSERT(*_node->record() == before);
        _names.set("node.example", {ip("8.8.4.5"), ip("2600::4")});
        _timers.advance(std::chrono::minutes(1));
        CPPUNIT_ASSERT_EQUAL(std::string("8.8.4.5"), v4());
    }

    void firstEntryOfAFamilyHolds()
    {
        _names.set("node.example", {ip("8.8.4.4"), ip("2600::4")});
        _interfaces["eth0"] = {ip("8.8.4.6")};
        start(settings({"2600::9", "interface:eth0", "dns:node.example"}));
        CPPUNIT_ASSERT_EQUAL(std::string("8.8.4.6"), v4());
        CPPUNIT_ASSERT_EQUAL(std::string("2600::9"), v6());
    }

    void goesOverToOtherSettings()
    {
        _names.set("one.example", {ip("8.8.4.4")});
        start(settings({"dns:one.example"}));
        _names.mute("two.example");
        const auto changed = settings({"dns:two.example"});
        _node->apply(changed);
        _follower->follow(changed);
        CPPUNIT_ASSERT_EQUAL(std::string("8.8.4.4"), v4()); // until the other is known
        const auto asked = _names.asked("one.example");
        _timers.advance(std::chrono::minutes(5));
        CPPUNIT_ASSERT_EQUAL(asked, _names.asked("one.example"));
        const auto fixed = settings({"9.9.9.9"});
        _node->apply(fixed);
        _follower->follow(fixed);
        CPPUNIT_ASSERT_EQUAL(std::string("9.9.9.9"), v4());
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(AddressFollowerTest);

} // namespace waymark::host
