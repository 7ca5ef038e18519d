#include <waymark/node/IpNetworkSet.h>

#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>
#include <initializer_list>
#include <vector>

namespace waymark::node
{

class IpNetworkSetTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(IpNetworkSetTest);
    CPPUNIT_TEST(emptyContainsNothing);
    CPPUNIT_TEST(containsWhatAnyNetworkDoes);
    CPPUNIT_TEST(networksMayLieWithinOthers);
    CPPUNIT_TEST(familiesDoNotMix);
    CPPUNIT_TEST(agreesWithTheNetworksOneByOne);
    CPPUNIT_TEST_SUITE_END();

    static std::vector<IpNetwork> networks(std::initializer_list<const char*> texts)
    {
        std::vector<IpNetwork> parsed;
        for (const char* text : texts)
            parsed.push_back(IpNetwork::parse(text).value());
        return parsed;
    }

    static IpNetworkSet set(std::initializer_list<const char*> texts)
    {
        return IpNetworkSet(networks(texts));
    }

    static IpAddress ip(const char* text) { return IpAddress::parse(text).value(); }

    void emptyContainsNothing()
    {
        CPPUNIT_ASSERT(set({}).isEmpty());
        CPPUNIT_ASSERT(!set({}).contains(ip("10.0.0.1")));
        CPPUNIT_ASSERT(!set({"::1"}).isEmpty());
    }

    void containsWhatAnyNetworkDoes()
    {
        const auto some = set({"192.0.2.7", "10.0.0.0/8", "2001:db8::/32"});
        for (const char* inside : {"10.0.0.0", "10.255.255.255", "192.0.2.7", "2001:db8:ffff::1"})
            CPPUNIT_ASSERT_MESSAGE(inside, some.contains(ip(inside)));
        for (const char* outside :
             {"9.255.255.255", "11.0.0.0", "192.0.2.6", "192.0.2.8", "2001:db9::", "::"})
            CPPUNIT_ASSERT_MESSAGE(outside, !some.contains(ip(outside)));
    }

    void networksMayLieWithinOthers()
    {
        const auto some = set({"10.1.2.0/24", "10.0.0.0/8", "10.0.0.0/9", "10.0.0.0", "10.0.0.0/8"});
        CPPUNIT_ASSERT(some == set({"10.0.0.0/8"}));
    }

    void familiesDoNotMix()
    {
        CPPUNIT_ASSERT(!set({"0.0.0.0/0"}).contains(ip("::1")));
        CPPUNIT_ASSERT(!set({"::/0"}).contains(ip("127.0.0.1")));
        CPPUNIT_ASSERT(set({"::/80"}).contains(ip("::fffe:1:1")));
        CPPUNIT_ASSERT(!set({"::/80"}).contains(ip("127.0.0.1")));
        CPPUNIT_ASSERT(!set({"::/80"}).contains(ip("::1:0:0:0")));
    }

    void agreesWithTheNetworksOneByOne()
    {
        const auto all = networks({"128.0.0.0/1", "64.0.0.0/3", "10.0.0.0/30", "10.0.0.4/31", "10.0.0.7",
                                   "203.0.113.128/25", "::/127", "fc00::/7", "fe80::/10", "8000::/1"});
        const IpNetworkSet some(all);
        for (const char* text :
             {"0.0.0.0",   "10.0.0.3",        "10.0.0.4", "10.0.0.5",
              "10.0.0.6",  "10.0.0.7",        "10.0.0.8", "63.255.255.255",
              "64.0.0.0",  "95.255.255.255",  "96.0.0.0", "127.255.255.255",
              "128.0.0.0", "255.255.255.255", "::",       "::1",
              "::2",       "7fff::",          "8000::",   "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"}) {
            const bool expected =
                std::ranges::any_of(all, [&](const IpNetwork& one) { return one.contains(ip(text)); });
            CPPUNIT_ASSERT_EQUAL_MESSAGE(text, expected, some.contains(ip(text)));
        }
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(IpNetworkSetTest);

} // namespace waymark::node
