#include <waymark/base/Random.h>
#include <waymark/node/Enr.h>
#include <waymark/node/Key.h>
#include <waymark/testkit/Bootnode.h>

#include <Poco/JSON/Array.h>
#include <cppunit/extensions/HelperMacros.h>

namespace waymark
{

namespace
{

constexpr const char* testKeyHex = "b71c71a67e1177ad4e901695e1b4b9ee17ae16c6668d313eac2f96dbcda3f291";

std::string testId()
{
    return "0x" + node::SecretKey::fromHex(testKeyHex).value().publicKey().hex();
}

std::string registration(const std::string& ip)
{
    return std::string(R"({"secret_key": ")") + testKeyHex + R"(", "ip": ")" + ip +
           R"(", "tcp_port": 30305})";
}

std::size_t registered(const testkit::Rest& rest)
{
    return rest.get("/peers").json().extract<Poco::JSON::Array::Ptr>()->size();
}

} // namespace

/// What a client of the HTTP API sees of a whole bootnode, whichever registry is behind it.
class RegistrationTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(RegistrationTest);
    CPPUNIT_TEST(registersAndRemovesWithTheMemoryRegistry);
    CPPUNIT_TEST(registersAndRemovesWithTheSqliteRegistry);
    CPPUNIT_TEST(oneLineSwapsTheRegistry);
    CPPUNIT_TEST(refusesAnEnrThatIsOlderThanTheRemovedOne);
    CPPUNIT_TEST(tellsTheAdvertisedEndpointNotTheBoundOne);
    CPPUNIT_TEST_SUITE_END();

    static testkit::Properties withRegistry(const std::string& registry)
    {
        return {{"waymark.plugins", registry + ", discv4, http-api"}};
    }

    static void registersAndRemoves(const std::string& registry)
    {
        const testkit::Bootnode node(withRegistry(registry));
        const auto& rest = node.rest();

        const auto created = rest.post("/peers", registration("10.0.1.5"));
        CPPUNIT_ASSERT_EQUAL_MESSAGE(created.body, 201, created.status);
        CPPUNIT_ASSERT_EQUAL(testId(), created.object()->getValue<std::string>("id"));
        CPPUNIT_ASSERT_EQUAL("enode://" + testId().substr(2) + "@10.0.1.5:30305",
                             created.object()->getValue<std::string>("enode"));
        CPPUNIT_ASSERT_EQUAL(201, rest.post("/peers", registration("10.0.1.6")).status);
        CPPUNIT_ASSERT_EQUAL(std::string("10.0.1.6"),
                             rest.get("/peers/" + testId()).object()->getValue<std::string>("ip"));
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, registered(rest));
        CPPUNIT_ASSERT_EQUAL(1, rest.get("/").object()->getValue<int>("registered_peers"));

        const auto removed = rest.remove("/peers/" + testId().substr(2));
        CPPUNIT_ASSERT_EQUAL(200, removed.status);
        CPPUNIT_ASSERT(removed.object()->getValue<bool>("removed"));
        CPPUNIT_ASSERT_EQUAL(404, rest.get("/peers/" + testId()).status);
        CPPUNIT_ASSERT_EQUAL(404, rest.remove("/peers/" + testId()).status);
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, registered(rest));
    }

    void registersAndRemovesWithTheMemoryRegistry() { registersAndRemoves("registry-memory"); }
    void registersAndRemovesWithTheSqliteRegistry() { registersAndRemoves("registry-sqlite"); }

    void oneLineSwapsTheRegistry()
    {
        testkit::Bootnode node(withRegistry("registry-memory"));
        const auto registerAfter = [&](std::size_t expectedBefore) {
            CPPUNIT_ASSERT_EQUAL(expectedBefore, registered(node.rest()));
            CPPUNIT_ASSERT_EQUAL(201, node.rest().post("/peers", registration("10.0.1.5")).status);
        };
        registerAfter(0);
        for (const auto& [registry, expected] :
             {std::pair{"registry-sqlite", 0U}, {"registry-sqlite", 1U}, {"registry-memory", 0U}}) {
            node.set(withRegistry(registry));
            node.respawn();
            registerAfter(expected);
        }
    }

    void refusesAnEnrThatIsOlderThanTheRemovedOne()
    {
        const auto key = node::SecretKey::fromHex(testKeyHex).value();
        const auto record = [&](std::uint64_t seq) {
            const auto enr = node::EnrBuilder()
                                 .seq(seq)
                                 .endpoint({node::IpAddress::v4(10, 0, 1, 5), 30303, 30303})
                                 .sign(key)
                                 .value();
            return R"({"enr": ")" + enr.toString() + R"("})";
        };
        testkit::Bootnode node(withRegistry("registry-sqlite"));
        CPPUNIT_ASSERT_EQUAL(201, node.rest().post("/peers", record(7)).status);
        CPPUNIT_ASSERT_EQUAL(409, node.rest().post("/peers", record(6)).status);
        CPPUNIT_ASSERT_EQUAL(200, node.rest().remove("/peers/" + testId()).status);
        node.kill();
        node.respawn();
        CPPUNIT_ASSERT_EQUAL(409, node.rest().post("/peers", record(6)).status);
        CPPUNIT_ASSERT_EQUAL(201, node.rest().post("/peers", record(7)).status);
    }

    void tellsTheAdvertisedEndpointNotTheBoundOne()
    {
        const testkit::Bootnode node(
            testkit::Properties{{"node.external-ip", "8.8.4.4"}, {"node.advertised-port", "31313"}});
        const auto info = node.rest().get("/").object();
        CPPUNIT_ASSERT_EQUAL(std::string("8.8.4.4:31313"), info->getValue<std::string>("discovery_addr"));
        CPPUNIT_ASSERT(info->getValue<std::string>("enode").find("@8.8.4.4:") != std::string::npos);
        CPPUNIT_ASSERT_EQUAL("http://" + info->getValue<std::string>("http_addr"), node.rest().url());
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(RegistrationTest);

} // namespace waymark
