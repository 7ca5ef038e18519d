#include "host/identity/HostLocalNode.h"

#include "observe/HostLogChannel.h"

#include <waymark/base/AtomicFile.h>
#include <waymark/testkit/TemporaryFolder.h>

#include <Poco/StreamChannel.h>
#include <cppunit/extensions/HelperMacros.h>

#include <sstream>

namespace waymark::host
{

class HostLocalNodeTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(HostLocalNodeTest);
    CPPUNIT_TEST(advertisesWhatIsBound);
    CPPUNIT_TEST(configurationWinsOverWhatIsBound);
    CPPUNIT_TEST(wildcardBecomesAnAddressThatCanBeReached);
    CPPUNIT_TEST(warnsOfAnAddressThatNobodyReaches);
    CPPUNIT_TEST(seqGrowsWithEachChangeAlsoOverRestarts);
    CPPUNIT_TEST(seqStaysWhenNothingChanged);
    CPPUNIT_TEST(seqStaysWhenBothFamiliesAreBoundAgain);
    CPPUNIT_TEST(familyThatIsNoLongerBoundLeavesTheRecord);
    CPPUNIT_TEST(lostRecordFileStartsFromTheClock);
    CPPUNIT_TEST(anotherKeyIgnoresTheOldRecord);
    CPPUNIT_TEST(tellsOfANewRecord);
    CPPUNIT_TEST(believesALargeEnoughMajorityWhereAsked);
    CPPUNIT_TEST(majorityOverridesNoConfiguredAddress);
    CPPUNIT_TEST(predictionHoldsOverARestart);
    CPPUNIT_TEST(localAddressOfTheLastRunIsNoPrediction);
    CPPUNIT_TEST(tellsWhatIsWrongWithAnExternalAddress);
    CPPUNIT_TEST(entriesThatDoNotFitAreRefused);
    CPPUNIT_TEST_SUITE_END();

    struct FixedClock final : Clock
    {
        std::uint64_t millis = 1'700'000'000'000;
        MonotonicTime now() const noexcept override { return {}; }
        WallTime wallNow() const noexcept override { return WallTime(std::chrono::milliseconds(millis)); }
    };

    testkit::TemporaryFolder _folder;
    FixedClock _clock;
    std::filesystem::path _file = _folder.path() / "node.enr";

    std::unique_ptr<HostLocalNode> make(NodeSettings settings = {}, char digit = '7')
    {
        auto key = node::SecretKey::fromHex(std::string(64, digit)).value();
        return HostLocalNode::make(std::move(key), std::move(settings), _file, _clock, {}).value();
    }

    static std::vector<ExternalAddress> external(std::initializer_list<const char*> texts)
    {
        std::vector<ExternalAddress> entries;
        for (const char* text : texts)
            entries.push_back(ExternalAddress::parse(text).value());
        return entries;
    }

    static NodeSettings predicting(std::size_t votes,
                                   std::initializer_list<const char*> texts = {"predicted"})
    {
        NodeSettings settings;
        settings.external = external(texts);
        settings.predictionVotes = votes;
        return settings;
    }

    static node::IpAddress ip(const char* text) { return node::IpAddress::parse(text).value(); }
    static node::Endpoint at(const char* text) { return node::Endpoint::parse(text).value(); }

    void advertisesWhatIsBound()
    {
        const auto node = make();
        CPPUNIT_ASSERT(!node->advertised());
        CPPUNIT_ASSERT(node->record());
        node->bound(at("127.0.0.2:30303"));
        CPPUNIT_ASSERT(node->advertised()->udpEndpoint() == at("127.0.0.2:30303"));
        CPPUNIT_ASSERT(node->record()->endpointV4() == node->advertised(node::IpFamily::v4));
        CPPUNIT_ASSERT(!node->advertised(node::IpFamily::v6));
        node->bound(at("[::1]:30305"));
        CPPUNIT_ASSERT(node->advertised(node::IpFamily::v6)->udp == 30305);
        CPPUNIT_ASSERT(node->advertised()->ip.isV4());
        CPPUNIT_ASSERT(node->record()->endpointV6() == node->advertised(node::IpFamily::v6));
    }

    void configurationWinsOverWhatIsBound()
    {
        NodeSettings settings;
        settings.external = external({"8.8.4.4"});
        settings.udpPort = 9000;
        settings.tcpPort = 30303;
        settings.entries["eth"] = Bytes{0xc0};
        const auto node = make(settings);
        node->bound(at("0.0.0.0:40000"));
        CPPUNIT_ASSERT(
            (node->advertised() == node::NodeEndpoint{node::IpAddress::v4(8, 8, 4, 4), 9000, 30303}));
        CPPUNIT_ASSERT(node->record()->entry("eth"));
    }

    void wildcardBecomesAnAddressThatCanBeReached()
    {
        const auto node = make();
        node->bound(at("0.0.0.0:30303"));
        CPPUNIT_ASSERT(!node->advertised()->ip.isUnspecified());
        CPPUNIT_ASSERT(node->advertised()->ip == sourceAddress(node::IpFamily::v4));
        CPPUNIT_ASSERT(sourceAddress(node::IpFamily::v6).isV6());
    }

    /// What is logged when sockets are bound there and everything has started.
    std::string loggedAfter(std::initializer_list<const char*> listens, const NodeSettings& settings = {})
    {
        std::ostringstream lines;
        const auto channel = std::make_shared<observe::HostLogChannel>(
            Poco::AutoPtr<Poco::Channel>(new Poco::StreamChannel(lines)));
        auto node = HostLocalNode::make(node::SecretKey::fromHex(std::string(64, '7')).value(), settings, {},
                                        _clock, {channel, "host"})
                        .value();
        for (const char* listen : listens)
            node->bound(at(listen));
        node->settle();
        return lines.str();
    }

    void warnsOfAnAddressThatNobodyReaches()
    {
        const auto warned = [](const std::string& lines) {
            return lines.find("node.unroutable") != std::string::npos;
        };
        const std::string lines = loggedAfter({"10.1.2.3:30303", "[fd00::1]:30303"});
        CPPUNIT_ASSERT_MESSAGE(lines, lines.find("node.unroutable: this node advertises 10.1.2.3,fd00::1") !=
                                          std::string::npos);
        CPPUNIT_ASSERT_EQUAL(lines.find("node.unroutable"), lines.rfind("node.unroutable"));
        CPPUNIT_ASSERT(lines.find("set node.external-ip") != std::string::npos);
        CPPUNIT_ASSERT(warned(loggedAfter({"203.0.113.7:30303"})));
        CPPUNIT_ASSERT(!warned(loggedAfter({"127.0.0.1:30303", "[::1]:30303"})));
        CPPUNIT_ASSERT(!warned(loggedAfter({"8.8.4.4:30303"})));
        NodeSettings settings;
        settings.external = external({"10.1.2.3"});
        CPPUNIT_ASSERT(!warned(loggedAfter({"10.1.2.3:30303"}, settings)));
    }

    void seqGrowsWithEachChangeAlsoOverRestarts()
    {
        auto node = make();
        node->bound(at("127.0.0.1:1000"));
        const auto first = node->record()->seq();
        CPPUNIT_ASSERT(first >= _clock.millis);
        node->bound(at("127.0.0.1:1001"));
        const auto second = node->record()->seq();
        CPPUNIT_ASSERT(second > first);
        _clock.millis -= 1'000'000; // a clock that was set back
        node = make();
        node->bound(at("127.0.0.1:1002"));
        CPPUNIT_ASSERT(node->record()->seq() > second);
    }

    void seqStaysWhenNothingChanged()
    {
        auto node = make();
        node->bound(at("127.0.0.1:1000"));
        const auto before = *node->record();
        _clock.millis += 5000;
        node = make();
        node->bound(at("127.0.0.1:1000"));
        CPPUNIT_ASSERT(*node->record() == before);
    }

    void bindBoth()
    {
        const auto node = make();
        node->bound(at("127.0.0.1:1000"));
        node->bound(at("[::1]:1000"));
        node->settle();
    }

    void seqStaysWhenBothFamiliesAreBoundAgain()
    {
        bindBoth();
        const std::string before = readSmallFile(_file, 1000).value();
        _clock.millis += 5000;
        bindBoth();
        CPPUNIT_ASSERT_EQUAL(before, readSmallFile(_file, 1000).value());
    }

    void familyThatIsNoLongerBoundLeavesTheRecord()
    {
        bindBoth();
        const auto node = make();
        node->bound(at("127.0.0.1:1000"));
        CPPUNIT_ASSERT(!node->advertised(node::IpFamily::v6));
        node->settle();
        CPPUNIT_ASSERT(!node->record()->endpointV6());
        CPPUNIT_ASSERT(node->record()->endpointV4());
    }

    void lostRecordFileStartsFromTheClock()
    {
        make()->bound(at("127.0.0.1:1000"));
        CPPUNIT_ASSERT(writeFileAtomically(_file, "enr:damaged"));
        _clock.millis += 5000;
        const auto node = make();
        node->bound(at("127.0.0.1:1000"));
        CPPUNIT_ASSERT(node->record()->seq() >= _clock.millis);
    }

    void anotherKeyIgnoresTheOldRecord()
    {
        make()->bound(at("127.0.0.1:1000"));
        const auto node = make({}, '8');
        CPPUNIT_ASSERT(node->record()->key() == node->key());
        CPPUNIT_ASSERT(!node->record()->endpointV4());
    }

    void tellsOfANewRecord()
    {
        const auto node = make();
        std::shared_ptr<const node::Enr> told;
        const auto subscription = node->recordChanged().subscribe([&](const auto& record) { told = record; });
        node->bound(at("127.0.0.1:1000"));
        CPPUNIT_ASSERT(told == node->record());
        told.reset();
        node->apply({});
        CPPUNIT_ASSERT(!told);
        NodeSettings settings;
        settings.tcpPort = 5;
        node->apply(settings);
        CPPUNIT_ASSERT_EQUAL(5, int{told->endpointV4()->tcp});
    }

    void believesALargeEnoughMajorityWhereAsked()
    {
        const auto node = make(predicting(3));
        node->bound(at("10.0.0.1:1000"));
        node->observed(ip("8.8.4.4"), 2);
        CPPUNIT_ASSERT(node->advertised()->ip == ip("10.0.0.1"));
        const auto seq = node->record()->seq();
        node->observed(ip("8.8.4.4"), 3);
        CPPUNIT_ASSERT(node->advertised()->udpEndpoint() == at("8.8.4.4:1000"));
        CPPUNIT_ASSERT(node->record()->endpointV4()->ip == ip("8.8.4.4"));
        CPPUNIT_ASSERT(node->record()->seq() > seq);
        node->observed(ip("224.0.0.1"), 50);
        CPPUNIT_ASSERT(node->advertised()->ip == ip("8.8.4.4"));
        node->observed(ip("8.8.8.8"), 3);
        CPPUNIT_ASSERT(node->advertised()->ip == ip("8.8.8.8"));
        node->observed(ip("2600::1"), 3); // no socket of that family
        CPPUNIT_ASSERT(!node->advertised(node::IpFamily::v6));
    }

    void majorityOverridesNoConfiguredAddress()
    {
        for (const auto& settings :
             {predicting(1, {}), predicting(1, {"9.9.9.9"}), predicting(1, {"9.9.9.9", "predicted"})}) {
            const auto node = make(settings);
            node->bound(at("9.9.9.9:1000"));
            node->observed(ip("8.8.4.4"), 100);
            CPPUNIT_ASSERT(node->advertised()->ip == ip("9.9.9.9"));
        }
        // The family that is not configured is predicted.
        const auto node = make(predicting(1, {"9.9.9.9", "predicted"}));
        node->bound(at("[2600::1]:1000"));
        node->observed(ip("2600::2"), 1);
        CPPUNIT_ASSERT(node->advertised(node::IpFamily::v6)->ip == ip("2600::2"));
    }

    void predictionHoldsOverARestart()
    {
        auto node = make(predicting(1));
        node->bound(at("10.0.0.1:1000"));
        node->observed(ip("8.8.4.4"), 1);
        const auto before = *node->record();
        node = make(predicting(1));
        node->bound(at("10.0.0.1:1000"));
        node->settle();
        CPPUNIT_ASSERT(*node->record() == before);
        node->observed(ip("8.8.8.8"), 1);
        CPPUNIT_ASSERT(node->advertised()->ip == ip("8.8.8.8"));
    }

    void localAddressOfTheLastRunIsNoPrediction()
    {
        make(predicting(1))->bound(at("10.0.0.1:1000"));
        const auto node = make(predicting(1));
        node->bound(at("10.0.0.2:1000"));
        CPPUNIT_ASSERT(node->advertised()->ip == ip("10.0.0.2"));
    }

    void tellsWhatIsWrongWithAnExternalAddress()
    {
        for (const char* good : {"198.41.0.4", "2600::1", "interface:eth0", "interface:br-1.2@x", "dns:a",
                                 "dns:node-1.example.org.", "dns:_x.y", "predicted"}) {
            const auto parsed = ExternalAddress::parse(good);
            CPPUNIT_ASSERT_MESSAGE(good, parsed);
            CPPUNIT_ASSERT_EQUAL(std::string(good), parsed->toString());
        }
        const std::string long64(64, 'a');
        for (const std::string bad :
             {"", "0.0.0.0", "192.0.2.1", "eth0", "interface:", "interface:a b", "interface:sixteen-letters-",
              "dns:", "dns:a..b", "dns:-a", "dns:a/b", "dns:1.2.3.400", "dns:[::1]", "Predicted"})
            CPPUNIT_ASSERT_MESSAGE(bad, !ExternalAddress::parse(bad));
        CPPUNIT_ASSERT(!ExternalAddress::parse("dns:" + long64));
    }

    void entriesThatDoNotFitAreRefused()
    {
        NodeSettings settings;
        Bytes item{0xb8, 0xff};
        item.resize(item.size() + 255, 'x');
        settings.entries["big"] = item;
        CPPUNIT_ASSERT(make()->check(settings).error().code == ErrorCode::tooLarge);
        auto key = node::SecretKey::fromHex(std::string(64, '7')).value();
        CPPUNIT_ASSERT(!HostLocalNode::make(std::move(key), settings, {}, _clock, {}));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(HostLocalNodeTest);

} // namespace waymark::host
