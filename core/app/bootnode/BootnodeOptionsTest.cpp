#include "BootnodeOptions.h"

#include <cppunit/extensions/HelperMacros.h>

#include <string>
#include <vector>

namespace waymark::app
{

class BootnodeOptionsTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(BootnodeOptionsTest);
    CPPUNIT_TEST(natHasTheWordsOfGeth);
    CPPUNIT_TEST(portMappingIsRefusedWithAnotherWay);
    CPPUNIT_TEST(wrongNatSaysWhatIsWrong);
    CPPUNIT_TEST(networksAreReadAsGoReadsThem);
    CPPUNIT_TEST(wrongNetworksAreNamed);
    CPPUNIT_TEST(noHostIsEveryAddress);
    CPPUNIT_TEST(aHostIsOneAddress);
    CPPUNIT_TEST(wrongAddressesAreExplained);
    CPPUNIT_TEST(verbosityIsALevel);
    CPPUNIT_TEST_SUITE_END();

    static void assertContains(const std::string& text, const std::string& part)
    {
        CPPUNIT_ASSERT_MESSAGE("'" + part + "' is missing in: " + text, text.find(part) != std::string::npos);
    }

    void natHasTheWordsOfGeth()
    {
        for (const char* const none : {"", "none", "off", "None"})
            CPPUNIT_ASSERT(parseNat(none).value().external.empty());
        for (const char* const any : {"any", "auto", "on"}) {
            const auto nat = parseNat(any).value();
            CPPUNIT_ASSERT(nat.external == std::vector<std::string>{"predicted"});
            CPPUNIT_ASSERT(nat.asksForMapping);
        }
        const auto v4 = parseNat("extip:1.2.3.4").value();
        CPPUNIT_ASSERT(v4.external == std::vector<std::string>{"1.2.3.4"});
        CPPUNIT_ASSERT(!v4.asksForMapping);
        CPPUNIT_ASSERT(parseNat("EXTIP:2a00:1450::1").value().external ==
                       std::vector<std::string>{"2a00:1450::1"});
    }

    void portMappingIsRefusedWithAnotherWay()
    {
        for (const char* const kind : {"upnp", "pmp", "pmp:192.168.0.1", "natpmp", "stun", "stun:host:1"}) {
            const auto nat = parseNat(kind);
            CPPUNIT_ASSERT(!nat);
            CPPUNIT_ASSERT(nat.error().code == ErrorCode::unavailable);
            assertContains(nat.error().message, "forward the UDP port");
            assertContains(nat.error().message, "-nat extip:IP");
        }
    }

    void wrongNatSaysWhatIsWrong()
    {
        assertContains(parseNat("extip").error().message, "the IP address is missing");
        assertContains(parseNat("extip:300.1.1.1").error().message, "invalid IP address");
        assertContains(parseNat("extip:0.0.0.0").error().message, "no node can be reached there");
        assertContains(parseNat("magic").error().message, "unknown mechanism");
    }

    void networksAreReadAsGoReadsThem()
    {
        const auto networks = parseNetworks("10.1.2.3/8, 192.168.0.0/16,,2001:db8::1/32").value();
        CPPUNIT_ASSERT_EQUAL(std::size_t{3}, networks.size());
        CPPUNIT_ASSERT_EQUAL(std::string("10.0.0.0/8"), networks[0].toString());
        CPPUNIT_ASSERT_EQUAL(std::string("192.168.0.0/16"), networks[1].toString());
        CPPUNIT_ASSERT_EQUAL(std::string("2001:db8::/32"), networks[2].toString());
        CPPUNIT_ASSERT(parseNetworks("").value().empty());
    }

    void wrongNetworksAreNamed()
    {
        assertContains(parseNetworks("10.0.0.0/8,10.0.0.0/33").error().message, "'10.0.0.0/33'");
        assertContains(parseNetworks("10.0.0.0/8,x/8").error().message, "'x/8'");
        assertContains(parseNetworks(",").error().message, "has no network");
    }

    void noHostIsEveryAddress()
    {
        const auto endpoints = resolveListen(":30301").value();
        CPPUNIT_ASSERT_EQUAL(std::string("0.0.0.0:30301"), endpoints.front().toString());
        CPPUNIT_ASSERT(endpoints.size() <= 2);
        if (endpoints.size() == 2)
            CPPUNIT_ASSERT_EQUAL(std::string("[::]:30301"), endpoints.back().toString());
    }

    void aHostIsOneAddress()
    {
        const auto one = [](const std::string& text) {
            const auto endpoints = resolveListen(text).value();
            CPPUNIT_ASSERT_EQUAL(std::size_t{1}, endpoints.size());
            return endpoints.front().toString();
        };
        CPPUNIT_ASSERT_EQUAL(std::string("127.0.0.1:0"), one("127.0.0.1:0"));
        CPPUNIT_ASSERT_EQUAL(std::string("[::1]:30301"), one("[::1]:30301"));
        CPPUNIT_ASSERT_EQUAL(std::string("0.0.0.0:30301"), one("0.0.0.0:30301"));
    }

    void wrongAddressesAreExplained()
    {
        assertContains(resolveListen("30301").error().message, "the port is missing");
        assertContains(resolveListen("::1:30301").error().message, "in brackets");
        for (const char* const port : {"65536", "99999", "18446744073709551616"})
            assertContains(resolveListen(std::string("127.0.0.1:") + port).error().message,
                           std::string("port '") + port + "' is above 65535");
        assertContains(resolveListen("127.0.0.1:no-such-service").error().message, "port 'no-such-service'");
    }

    void verbosityIsALevel()
    {
        CPPUNIT_ASSERT_EQUAL(std::string("error"), logLevelOf(0));
        CPPUNIT_ASSERT_EQUAL(std::string("warning"), logLevelOf(2));
        CPPUNIT_ASSERT_EQUAL(std::string("info"), logLevelOf(3));
        CPPUNIT_ASSERT_EQUAL(std::string("debug"), logLevelOf(5));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(BootnodeOptionsTest);

} // namespace waymark::app
