#include <waymark/node/IpAddress.h>

#include <cppunit/extensions/HelperMacros.h>

#include <utility>

namespace waymark::node
{

class IpAddressTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(IpAddressTest);
    CPPUNIT_TEST(textRoundTrips);
    CPPUNIT_TEST(writesRfc5952);
    CPPUNIT_TEST(mappedAddressesBecomeV4);
    CPPUNIT_TEST(refusesOtherText);
    CPPUNIT_TEST(refusesOtherSizes);
    CPPUNIT_TEST(knowsTheScopes);
    CPPUNIT_TEST(scopesEndWhereTheirBlocksEnd);
    CPPUNIT_TEST(knowsTheUnspecifiedOnes);
    CPPUNIT_TEST(sameTextMeansSameValueAndHash);
    CPPUNIT_TEST_SUITE_END();

    static IpAddress ip(std::string_view text) { return IpAddress::parse(text).value(); }

    static void assertScope(IpScope scope, std::initializer_list<std::string_view> texts)
    {
        for (const std::string_view text : texts)
            CPPUNIT_ASSERT_MESSAGE(std::string(text), ip(text).scope() == scope);
    }

    void textRoundTrips()
    {
        for (const std::string_view text : {"0.0.0.0", "10.0.0.1", "255.255.255.255", "::", "::1",
                                            "2001:db8::1", "fe80::1:2:3:4", "1:2:3:4:5:6:7:8"}) {
            const IpAddress address = ip(text);
            CPPUNIT_ASSERT_EQUAL(std::string(text), address.toString());
            CPPUNIT_ASSERT(IpAddress::fromBytes(address.bytes()).value() == address);
        }
        CPPUNIT_ASSERT(ip("1.2.3.4") == IpAddress::v4(1, 2, 3, 4));
    }

    void writesRfc5952()
    {
        CPPUNIT_ASSERT_EQUAL(std::string("2001:db8::1"), ip("2001:0DB8:0:0:0:0:0:1").toString());
        CPPUNIT_ASSERT_EQUAL(std::string("2001:db8:0:1:1:1:1:1"), ip("2001:db8::1:1:1:1:1").toString());
        CPPUNIT_ASSERT_EQUAL(std::string("2001::1:0:0:1"), ip("2001:0:0:0:1:0:0:1").toString());
    }

    void mappedAddressesBecomeV4()
    {
        CPPUNIT_ASSERT(ip("::ffff:10.0.0.1") == ip("10.0.0.1"));
        CPPUNIT_ASSERT(ip("::ffff:10.0.0.1").isV4());
        CPPUNIT_ASSERT(ip("::fffe:10.0.0.1").isV6());
    }

    void refusesOtherText()
    {
        using namespace std::string_view_literals;
        for (const std::string_view text :
             {""sv, "1.2.3"sv, "1.2.3.4.5"sv, "256.1.1.1"sv, "01.2.3.4"sv, " 1.2.3.4"sv, "1.2.3.4 "sv,
              "1.2.3.4\0"sv, "1.2.3.4:80"sv, "[::1]"sv, "fe80::1%eth0"sv, "1::2::3"sv, "12345::"sv,
              "localhost"sv, "0x7f.1"sv, "::1\nInjected: line"sv}) {
            const auto parsed = IpAddress::parse(text);
            CPPUNIT_ASSERT_MESSAGE(std::string(text), !parsed);
            CPPUNIT_ASSERT(parsed.error().message.find('\n') == std::string::npos);
        }
    }

    void refusesOtherSizes()
    {
        for (std::size_t size = 0; size < 40; ++size)
            CPPUNIT_ASSERT_EQUAL(size == 4 || size == 16, IpAddress::fromBytes(Bytes(size)).has_value());
    }

    void knowsTheScopes()
    {
        assertScope(IpScope::loopback, {"127.0.0.1", "127.255.255.254", "::1"});
        assertScope(IpScope::lan,
                    {"10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.0.1", "169.254.1.1", "100.64.0.1",
                     "100.127.255.255", "fc00::1", "fdff::1", "fe80::1", "febf::1"});
        assertScope(IpScope::special, {"0.0.0.0",
                                       "0.1.2.3",
                                       "192.0.0.1",
                                       "192.0.2.1",
                                       "192.88.99.1",
                                       "198.18.0.1",
                                       "198.19.255.255",
                                       "198.51.100.7",
                                       "203.0.113.255",
                                       "224.0.0.1",
                                       "239.1.2.3",
                                       "240.0.0.1",
                                       "255.255.255.255",
                                       "::",
                                       "::2",
                                       "::1.2.3.4",
                                       "64:ff9b::808:808",
                                       "64:ff9b:1::1",
                                       "100::1",
                                       "2001::1",
                                       "2001:db8::1",
                                       "2002:a00::1",
                                       "3fff::1",
                                       "5f00::1",
                                       "fec0::1",
                                       "ff02::1"});
        assertScope(IpScope::global,
                    {"1.1.1.1", "8.8.8.8", "100.128.0.1", "172.32.0.1", "192.169.0.1", "198.20.0.1",
                     "223.255.255.255", "2606:4700::1111", "2a00::1", "2001:4860:4860::8888", "3ffe::1"});
    }

    void scopesEndWhereTheirBlocksEnd()
    {
        assertScope(IpScope::global,
                    {"9.255.255.255", "11.0.0.0", "126.255.255.255", "128.0.0.0", "172.15.255.255",
                     "100.63.255.255", "169.253.255.255", "169.255.0.0", "198.17.255.255", "203.0.112.255",
                     "203.0.114.0", "2001:200::", "2001:db7:ffff::", "2001:db9::", "2003::", "3fff:1000::"});
        assertScope(IpScope::special, {"2001:1ff:ffff::", "fbff::", "fe00::", "1fff::", "4000::"});
    }

    void knowsTheUnspecifiedOnes()
    {
        CPPUNIT_ASSERT(IpAddress().isUnspecified());
        CPPUNIT_ASSERT(IpAddress::anyV6().isUnspecified());
        CPPUNIT_ASSERT(IpAddress::anyV6() == ip("::"));
        CPPUNIT_ASSERT(!(IpAddress::anyV6() == IpAddress()));
        CPPUNIT_ASSERT(!ip("::1").isUnspecified());
        CPPUNIT_ASSERT(!ip("0.0.0.1").isUnspecified());
    }

    void sameTextMeansSameValueAndHash()
    {
        const IpAddressHash hash;
        CPPUNIT_ASSERT_EQUAL(hash(ip("2001:db8::1")), hash(ip("2001:db8:0::1")));
        CPPUNIT_ASSERT(hash(ip("10.0.0.1")) != hash(ip("10.0.0.2")));
        CPPUNIT_ASSERT(hash(ip("2001:db8::1")) != hash(ip("2001:db8::2")));
        CPPUNIT_ASSERT(ip("10.0.0.1") < ip("10.0.0.2"));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(IpAddressTest);

} // namespace waymark::node
