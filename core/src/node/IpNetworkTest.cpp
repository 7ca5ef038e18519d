#include <waymark/node/IpNetwork.h>

#include <cppunit/extensions/HelperMacros.h>

namespace waymark::node
{

class IpNetworkTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(IpNetworkTest);
    CPPUNIT_TEST(containsWhatSharesThePrefix);
    CPPUNIT_TEST(anAddressAloneIsOneHost);
    CPPUNIT_TEST(familiesDoNotMix);
    CPPUNIT_TEST(refusesWhatIsMoreLikelyAMistake);
    CPPUNIT_TEST(saysWhatIsWrongInOneLine);
    CPPUNIT_TEST_SUITE_END();

    static bool contains(const char* network, const char* address)
    {
        return IpNetwork::parse(network).value().contains(IpAddress::parse(address).value());
    }

    void containsWhatSharesThePrefix()
    {
        CPPUNIT_ASSERT(contains("10.0.0.0/8", "10.255.0.1"));
        CPPUNIT_ASSERT(!contains("10.0.0.0/8", "11.0.0.1"));
        CPPUNIT_ASSERT(contains("172.16.0.0/12", "172.31.255.255"));
        CPPUNIT_ASSERT(!contains("172.16.0.0/12", "172.32.0.0"));
        CPPUNIT_ASSERT(contains("2001:db8::/33", "2001:db8:7fff::1"));
        CPPUNIT_ASSERT(!contains("2001:db8::/33", "2001:db8:8000::1"));
        CPPUNIT_ASSERT(contains("0.0.0.0/0", "203.0.113.9"));
        CPPUNIT_ASSERT_EQUAL(std::string("10.0.0.0/8"), IpNetwork::parse("10.0.0.0/8")->toString());
    }

    void anAddressAloneIsOneHost()
    {
        CPPUNIT_ASSERT(contains("192.0.2.1", "192.0.2.1"));
        CPPUNIT_ASSERT(!contains("192.0.2.1", "192.0.2.2"));
        CPPUNIT_ASSERT_EQUAL(std::string("::1/128"), IpNetwork::parse("::1")->toString());
    }

    void familiesDoNotMix()
    {
        CPPUNIT_ASSERT(!contains("0.0.0.0/0", "::1"));
        CPPUNIT_ASSERT(!contains("::/0", "127.0.0.1"));
    }

    void refusesWhatIsMoreLikelyAMistake()
    {
        for (const char* text : {"10.1.0.0/8", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/08",
                                 "::1/127", "10/8", "", "/8", "10.0.0.0/8/8", "10.0.0.0/8 "})
            CPPUNIT_ASSERT_MESSAGE(text, !IpNetwork::parse(text));
    }

    void saysWhatIsWrongInOneLine()
    {
        const auto message = IpNetwork::parse("10.0.0.0/8\n\x1b[2J").error().message;
        CPPUNIT_ASSERT(message.ends_with("not '8??[2J'"));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(IpNetworkTest);

} // namespace waymark::node
