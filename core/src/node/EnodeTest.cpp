#include <waymark/node/Enode.h>

#include <cppunit/extensions/HelperMacros.h>

namespace waymark::node
{

namespace
{

const std::string id = "ca634cae0d49acb401d8a4c6b6fe8c55b70d115bf400769cc1400f3258cd3138"
                       "7574077f301b421bc84df7266c44e9e6d569fc56be00812904767bf5ccd1fc7f";
const std::string prefix = "enode://" + id + "@";

} // namespace

class EnodeTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(EnodeTest);
    CPPUNIT_TEST(readsIdAddressAndPorts);
    CPPUNIT_TEST(textRoundTrips);
    CPPUNIT_TEST(leavesOutADiscoveryPortThatIsTheSame);
    CPPUNIT_TEST(errorsNameThePartAndItsPosition);
    CPPUNIT_TEST(refusesEverythingElse);
    CPPUNIT_TEST(truncatedAtEveryCharacterIsAnErrorUntilTheLastPort);
    CPPUNIT_TEST(advertisesADiscoveryPortWhereThereIsNoOther);
    CPPUNIT_TEST(takesNamesWhereTheyAreMeant);
    CPPUNIT_TEST_SUITE_END();

    static void assertError(const std::string& url, std::string_view part, std::size_t position)
    {
        const auto enode = Enode::parse(url);
        CPPUNIT_ASSERT_MESSAGE(url, !enode);
        const std::string& message = enode.error().message;
        const std::string place = std::string(part) + " at character " + std::to_string(position + 1) + ":";
        CPPUNIT_ASSERT_MESSAGE(message, message.find(place) != std::string::npos);
        CPPUNIT_ASSERT(message.find('\n') == std::string::npos);
    }

    void readsIdAddressAndPorts()
    {
        const Enode enode = Enode::parse(prefix + "10.3.58.6:30303?discport=30301").value();
        CPPUNIT_ASSERT_EQUAL(id, enode.key.hex());
        CPPUNIT_ASSERT((enode.endpoint == NodeEndpoint{IpAddress::v4(10, 3, 58, 6), 30301, 30303}));
    }

    void textRoundTrips()
    {
        for (const std::string_view address :
             {"10.3.58.6:30303", "10.3.58.6:30303?discport=30301", "10.3.58.6:0?discport=30301",
              "[2001:db8::1]:30303", "[2001:db8::1]:30303?discport=1", "0.0.0.0:65535"}) {
            const std::string url = prefix + std::string(address);
            CPPUNIT_ASSERT_EQUAL(url, Enode::parse(url).value().toString());
        }
    }

    void leavesOutADiscoveryPortThatIsTheSame()
    {
        CPPUNIT_ASSERT_EQUAL(prefix + "10.0.0.1:5",
                             Enode::parse(prefix + "10.0.0.1:5?discport=5").value().toString());
    }

    void errorsNameThePartAndItsPosition()
    {
        std::string damaged = prefix + "10.0.0.1:5";
        damaged[8 + 40] = 'x';
        assertError(damaged, "id", 48);
        std::string offCurve = prefix + "10.0.0.1:5";
        offCurve[8 + 127] = 'e';
        assertError(offCurve, "id", 8);
        assertError("enode://" + id.substr(1) + "@10.0.0.1:5", "id", 8);
        assertError("enode://" + id, "id", 8);
        assertError("http://" + id + "@10.0.0.1:5", "scheme", 0);
        assertError(prefix + "node.example:5", "host", 137);
        assertError(prefix + "2001:db8::1:5", "host", 137);
        assertError(prefix + "[10.0.0.1]:5", "host", 137);
        assertError(prefix + "10.0.0.1", "port", 145);
        assertError(prefix + "10.0.0.1:65536", "port", 146);
        assertError(prefix + "10.0.0.1:0", "port", 146);
        assertError(prefix + "10.0.0.1:5?discport=70000", "discport", 157);
        assertError(prefix + "10.0.0.1:5?discport=0", "discport", 157);
        assertError(prefix + "10.0.0.1:5?other=1", "query", 148);
    }

    void refusesEverythingElse()
    {
        for (const std::string& url :
             {std::string(), std::string("enode://"), std::string("enode://@"), prefix, prefix + ":5",
              prefix + "[::1]", prefix + "[::1:5", prefix + "10.0.0.1:", prefix + "10.0.0.1:5?",
              prefix + "10.0.0.1:5?discport=", prefix + "10.0.0.1:5?discport=1&discport=2",
              prefix + "10.0.0.1:5#fragment", prefix + "10.0.0.1:5/", prefix + "10.0.0.1:5 ",
              " " + prefix + "10.0.0.1:5", prefix + "10.0.0.1:5\n", prefix + "@10.0.0.1:5",
              "enode://0x" + id + "@10.0.0.1:5", "ENODE://" + id + "@10.0.0.1:5"})
            CPPUNIT_ASSERT_MESSAGE(url, !Enode::parse(url));
    }

    void truncatedAtEveryCharacterIsAnErrorUntilTheLastPort()
    {
        const std::string url = prefix + "10.0.0.1:7?discport=8";
        const std::size_t complete = url.find('?');
        for (std::size_t size = 0; size < url.size(); ++size)
            CPPUNIT_ASSERT_EQUAL_MESSAGE(url.substr(0, size), size == complete,
                                         Enode::parse(url.substr(0, size)).has_value());
    }

    void takesNamesWhereTheyAreMeant()
    {
        const auto named = NamedEnode::parse(prefix + "boot-0.nodes.example:30303?discport=30301");
        CPPUNIT_ASSERT(named);
        CPPUNIT_ASSERT_EQUAL(std::string("boot-0.nodes.example"), named->host);
        CPPUNIT_ASSERT((named->at(IpAddress::v4(10, 0, 0, 1)).endpoint ==
                        NodeEndpoint{IpAddress::v4(10, 0, 0, 1), 30301, 30303}));
        for (const std::string bad : {"10.0.0.1:1", "[::1]:1", "1.2.3.999:1", "a..b:1", ":1", "-a:1", "a b:1",
                                      "name", "name:0", "name:70000", "name:1?discport=0", "name:1?x=1"}) {
            const auto refused = NamedEnode::parse(prefix + bad);
            CPPUNIT_ASSERT_MESSAGE(bad, !refused);
            CPPUNIT_ASSERT(refused.error().message.find("character") != std::string::npos);
        }
        CPPUNIT_ASSERT(!NamedEnode::parse("enode://12@name:1"));
        CPPUNIT_ASSERT(!Enode::parse(prefix + "name:1"));
    }

    void advertisesADiscoveryPortWhereThereIsNoOther()
    {
        const auto key = PublicKey::fromHex(id).value();
        const auto ip = IpAddress::v4(10, 0, 0, 1);
        CPPUNIT_ASSERT_EQUAL("enode://" + key.hex() + "@10.0.0.1:30303",
                             Enode::advertised(key, {ip, 30303, 0}).toString());
        CPPUNIT_ASSERT_EQUAL("enode://" + key.hex() + "@10.0.0.1:9?discport=30303",
                             Enode::advertised(key, {ip, 30303, 9}).toString());
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(EnodeTest);

} // namespace waymark::node
