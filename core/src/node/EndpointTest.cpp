#include <waymark/node/Endpoint.h>

#include <cppunit/extensions/HelperMacros.h>

namespace waymark::node
{

class EndpointTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(EndpointTest);
    CPPUNIT_TEST(textRoundTrips);
    CPPUNIT_TEST(refusesOtherText);
    CPPUNIT_TEST(hashTellsPortsApart);
    CPPUNIT_TEST_SUITE_END();

    void textRoundTrips()
    {
        for (const std::string_view text : {"10.0.0.1:30303", "[2001:db8::1]:65535", "0.0.0.0:0", "[::]:0"})
            CPPUNIT_ASSERT_EQUAL(std::string(text), Endpoint::parse(text).value().toString());
        CPPUNIT_ASSERT(Endpoint::parse("[::ffff:1.2.3.4]:5").value() ==
                       (Endpoint{IpAddress::v4(1, 2, 3, 4), 5}));
    }

    void refusesOtherText()
    {
        for (const std::string_view text : {"",
                                            ":",
                                            "10.0.0.1",
                                            "10.0.0.1:",
                                            ":30303",
                                            "10.0.0.1:65536",
                                            "10.0.0.1:-1",
                                            "10.0.0.1:+1",
                                            "10.0.0.1: 1",
                                            "10.0.0.1:1 ",
                                            "10.0.0.1:0x1",
                                            "10.0.0.1:08",
                                            "2001:db8::1:30303",
                                            "[2001:db8::1]",
                                            "[10.0.0.1]:1",
                                            "[]:1",
                                            "[:1",
                                            "]:1",
                                            "[::1:1",
                                            "::1]:1",
                                            "[[::1]]:1",
                                            "host:30303",
                                            "[::1]:1:2",
                                            "99999999999999999999:1",
                                            "10.0.0.1:99999999999999999999"})
            CPPUNIT_ASSERT_MESSAGE(std::string(text), !Endpoint::parse(text));
    }

    void hashTellsPortsApart()
    {
        const EndpointHash hash;
        const Endpoint one{IpAddress::v4(10, 0, 0, 1), 30303};
        CPPUNIT_ASSERT_EQUAL(hash(one), hash(Endpoint::parse("10.0.0.1:30303").value()));
        CPPUNIT_ASSERT(hash(one) != hash({one.ip, 30304}));
        CPPUNIT_ASSERT(hash(one) != hash({IpAddress::v4(10, 0, 0, 2), 30303}));
        CPPUNIT_ASSERT((NodeEndpoint{one.ip, one.port, 0}.udpEndpoint() == one));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(EndpointTest);

} // namespace waymark::node
