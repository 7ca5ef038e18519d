#include "TestServer.h"

#include <cppunit/extensions/HelperMacros.h>

namespace waymark::httpapi
{

class RegistrationTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(RegistrationTest);
    CPPUNIT_TEST(portsDefault);
    CPPUNIT_TEST(takesEveryCredential);
    CPPUNIT_TEST(takesBothFamiliesOfARecord);
    CPPUNIT_TEST(twoCredentialsAre400);
    CPPUNIT_TEST(badCredentialsAre400);
    CPPUNIT_TEST(brokenJsonIs400);
    CPPUNIT_TEST(missingFieldsWrongTypesAndBadPlacesAre422);
    CPPUNIT_TEST(theBootnodeItselfIs422ByEveryCredential);
    CPPUNIT_TEST(placesThatContradictARecordAre422);
    CPPUNIT_TEST(unknownFieldsAreIgnored);
    CPPUNIT_TEST(wrongMediaTypeIs415);
    CPPUNIT_TEST(tooLargeIs413);
    CPPUNIT_TEST(secretKeysAreRefusedWhereConfiguredOrForwarded);
    CPPUNIT_TEST(secretKeysAreTakenFromEverywhereWhenConfigured);
    CPPUNIT_TEST(reloadChangesWhoMaySendSecretKeys);
    CPPUNIT_TEST_SUITE_END();

    TestServer* _server = nullptr;

public:
    void setUp() override
    {
        _server = new TestServer();
        _server->start();
    }
    void tearDown() override { delete _server; }

private:
    static std::string id() { return testKey(9).hex(); }
    static std::string byId(const std::string& rest)
    {
        return R"({"id":")" + id() + "\"" + (rest.empty() ? "" : ",") + rest + "}";
    }
    static std::string record(const std::vector<node::NodeEndpoint>& endpoints)
    {
        node::EnrBuilder builder;
        for (const auto& endpoint : endpoints)
            builder.endpoint(endpoint);
        return builder.sign(node::SecretKey::fromHex(testSecret(9)).value()).value().toString();
    }

    void assertPost(int status, const std::string& body)
    {
        const auto answer = _server->post(body);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(body + " -> " + answer.body, status, answer.status);
        CPPUNIT_ASSERT_EQUAL(std::string("application/json"), answer.header("content-type"));
        if (status >= 400) {
            CPPUNIT_ASSERT_MESSAGE(answer.body, answer.body.starts_with("{\"error\""));
            CPPUNIT_ASSERT_EQUAL(std::size_t(0), _server->registry.size());
        }
    }

    void portsDefault()
    {
        assertPost(201, byId(R"("ip":"10.0.0.1")"));
        const auto both = _server->registry.find(node::PeerId(testKey(9)))->endpoint();
        CPPUNIT_ASSERT((*both == node::NodeEndpoint{node::IpAddress::v4(10, 0, 0, 1), 30303, 30303}));
        assertPost(201, byId(R"("ip":"10.0.0.1","tcp_port":7)"));
        CPPUNIT_ASSERT_EQUAL(std::uint16_t(7),
                             _server->registry.find(node::PeerId(testKey(9)))->endpoint()->udp);
        assertPost(201, byId(R"("ip":"10.0.0.1","udp_port":8)"));
        CPPUNIT_ASSERT_EQUAL(std::uint16_t(30303),
                             _server->registry.find(node::PeerId(testKey(9)))->endpoint()->tcp);
    }

    void takesEveryCredential()
    {
        const std::string enode = "enode://" + id() + "@10.0.0.9:30303?discport=30304";
        assertPost(201, R"({"secret_key":")" + testSecret(9) + R"(","ip":"10.0.0.9"})");
        assertPost(201, R"({"secret_key":"0x)" + testSecret(9) + R"(","ip":"10.0.0.9"})");
        assertPost(201, R"({"enode":")" + enode + "\"}");
        CPPUNIT_ASSERT_EQUAL(std::uint16_t(30304),
                             _server->registry.find(node::PeerId(testKey(9)))->endpoint()->udp);
        assertPost(201, R"({"enr":")" + record({{node::IpAddress::v4(10, 0, 0, 9), 1, 0}}) + "\"}");
        CPPUNIT_ASSERT(_server->registry.find(node::PeerId(testKey(9)))->enr.has_value());
        assertPost(201, R"({"id":"0x)" + id() + R"(","ip":"10.0.0.9"})");
        CPPUNIT_ASSERT_EQUAL(std::size_t(1), _server->registry.size());
    }

    void takesBothFamiliesOfARecord()
    {
        const auto v6 = node::IpAddress::parse("fd00::9").value();
        assertPost(201,
                   R"({"enr":")" + record({{node::IpAddress::v4(10, 0, 0, 9), 1, 2}, {v6, 3, 4}}) + "\"}");
        const auto peer = _server->registry.find(node::PeerId(testKey(9)));
        CPPUNIT_ASSERT((*peer->endpoint(node::IpFamily::v4) ==
                        node::NodeEndpoint{node::IpAddress::v4(10, 0, 0, 9), 1, 2}));
        CPPUNIT_ASSERT((*peer->endpoint(node::IpFamily::v6) == node::NodeEndpoint{v6, 3, 4}));
    }

    void twoCredentialsAre400()
    {
        const std::string key = R"("secret_key":")" + testSecret(9) + "\"";
        assertPost(400, byId(key + R"(,"ip":"10.0.0.1")"));
        assertPost(400, byId(R"("enode":"enode://x","ip":"10.0.0.1")"));
        assertPost(400, byId(R"("ip":"10.0.0.1","id":"00")"));
    }

    void badCredentialsAre400()
    {
        const std::string place = R"(,"ip":"10.0.0.1"})";
        for (const std::string& key :
             {std::string("abc"), std::string(64, '0'), std::string(64, 'f'), std::string(64, 'x'),
              testSecret(9) + "0", std::string(200, '1'), std::string()})
            assertPost(400, R"({"secret_key":")" + key + "\"" + place);
        for (const std::string& bad : {std::string("abc"), std::string(128, '0'), id() + "0"})
            assertPost(400, R"({"id":")" + bad + "\"" + place);
        assertPost(400, R"({"enode":"enode://abc@10.0.0.1:30303"})");
        assertPost(400, R"({"enode":"http://10.0.0.1:30303"})");
        assertPost(400, R"({"enode":"enode://)" + id() + R"(@10.0.0.1:30303?discport=0"})");
        assertPost(400, R"({"enr":"enr:AAAA"})");
        assertPost(400, R"({"enr":"-IS4"})");
    }

    void brokenJsonIs400()
    {
        for (const std::string body :
             {"", "{", "{}}", "nonsense", "{\"ip\":}", "{\"ip\":\"\x01\"}", "{\"ip\":\"\xff\"}", "{'ip':1}",
              "{\"ip\":\"\\ud800\"}", "{\"tcp_port\":NaN}", "{\"tcp_port\":Infinity}", "{\"tcp_port\":01}",
              "{\"tcp_port\":.5}", "{\"a\":1,\"a\":2}", "{\"a\":1,}", "/**/{}", "{\"a\":\"\\x\"}",
              "\xef\xbb\xbf{}"})
            assertPost(400, body);
        assertPost(400, std::string("{}\0", 3));
        assertPost(400, std::string(200, '[') + std::string(200, ']'));
        assertPost(400, R"({")" + testSecret(9) + R"(":1})");
    }

    void missingFieldsWrongTypesAndBadPlacesAre422()
    {
        for (const char* body :
             {"{}", "[]", "7", "\"text\"", "null", "true", R"({"ip":"10.0.0.1"})",
              R"({"secret_key":7,"ip":"10.0.0.1"})", R"({"secret_key":null,"ip":"10.0.0.1"})",
              R"({"secret_key":["1"],"ip":"10.0.0.1"})", R"({"enr":7})", R"({"enode":{}})",
              R"({"id":128,"ip":"10.0.0.1"})"})
            assertPost(422, body);
        assertPost(422, byId(""));
        for (const char* place :
             {R"("ip":7)", R"("ip":null)", R"("ip":"")", R"("ip":"bootnode.example")", R"("ip":"10.0.0.256")",
              R"("ip":"10.0.0.1:30303")", R"("ip":"[::1]")", R"("ip":"fe80::1%eth0")", R"("ip":"0.0.0.0")",
              R"("ip":"::")", R"("ip":"224.0.0.1")", R"("ip":"ff02::1")", R"("ip":"192.0.2.1")",
              R"("ip":"2001:db8::1")", R"("ip":"255.255.255.255")"})
            assertPost(422, byId(place));
        CPPUNIT_ASSERT_EQUAL(
            std::string(
                R"({"error":"ip: '10.0.0.256' is no IP address, such as 192.168.1.2 or 2001:db8::1"})"),
            _server->post(byId(R"("ip":"10.0.0.256")")).body);
        CPPUNIT_ASSERT_EQUAL(
            std::string(R"({"error":"id: public key: 128 hex digits are needed, there are 2"})"),
            _server->post(R"({"id":"00","ip":"10.0.0.1"})").body);
        for (const char* port : {"0", "65536", "-1", "30303.0", "3e4", "\"30303\"", "null", "true", "[1]",
                                 "{}", "99999999999999999999999", "1e999"}) {
            assertPost(422, byId(R"("ip":"10.0.0.1","tcp_port":)" + std::string(port)));
            assertPost(422, byId(R"("ip":"10.0.0.1","udp_port":)" + std::string(port)));
        }
        assertPost(422, R"({"enode":"enode://)" + id() + R"(@0.0.0.0:30303"})");
        assertPost(422, R"({"enr":")" + record({}) + "\"}");
        assertPost(422, R"({"enr":")" + record({{node::IpAddress::v4(10, 0, 0, 1), 0, 30303}}) + "\"}");
        assertPost(422, R"({"enr":")" + record({{node::IpAddress::v4(224, 0, 0, 1), 1, 1}}) + "\"}");
    }

    void theBootnodeItselfIs422ByEveryCredential()
    {
        const std::string own = testKey(1).hex();
        const auto key = node::SecretKey::fromHex(testSecret(1)).value();
        const auto enr =
            node::EnrBuilder().endpoint({node::IpAddress::v4(10, 0, 0, 1), 1, 2}).sign(key).value();
        assertPost(422, R"({"id":"0x)" + own + R"(","ip":"10.0.0.1"})");
        assertPost(422, R"({"secret_key":")" + testSecret(1) + R"(","ip":"10.0.0.1"})");
        assertPost(422, R"({"enode":"enode://)" + own + R"(@10.0.0.1:30303"})");
        assertPost(422, R"({"enr":")" + enr.toString() + "\"}");
        const auto answer = _server->post(R"({"id":")" + own + R"(","ip":"10.0.0.1"})");
        CPPUNIT_ASSERT_MESSAGE(answer.body, answer.body.find("bootnode itself") != std::string::npos);
    }

    void placesThatContradictARecordAre422()
    {
        const std::string enr =
            R"({"enr":")" + record({{node::IpAddress::v4(10, 0, 0, 9), 30304, 30303}}) + "\"";
        assertPost(422, enr + R"(,"ip":"10.0.0.8"})");
        assertPost(422, enr + R"(,"tcp_port":1})");
        assertPost(422, enr + R"(,"udp_port":30303})");
        assertPost(422, enr + R"(,"udp_port":"30304"})");
        assertPost(201, enr + R"(,"ip":"10.0.0.9","tcp_port":30303,"udp_port":30304})");
    }

    void unknownFieldsAreIgnored()
    {
        assertPost(
            201,
            byId(
                R"("ip":"10.0.0.1","color":{"a":[1,2e9,{"b":null}]},"Ip":7,"big":99999999999999999999999,"huge":1e999)"));
    }

    void wrongMediaTypeIs415()
    {
        const auto post = [this](std::string_view headers) {
            return HttpClient::request(_server->endpoint(), "POST", "/peers", byId(R"("ip":"10.0.0.1")"),
                                       headers)
                .status;
        };
        CPPUNIT_ASSERT_EQUAL(415, post(""));
        CPPUNIT_ASSERT_EQUAL(415, post("Content-Type: application/x-www-form-urlencoded\r\n"));
        CPPUNIT_ASSERT_EQUAL(415, post("Content-Type: application/json; charset=latin-1\r\n"));
        CPPUNIT_ASSERT_EQUAL(415, post("Content-Type: application/json\r\nContent-Encoding: gzip\r\n"));
        CPPUNIT_ASSERT_EQUAL(415, post("Content-Type: json\r\n"));
        CPPUNIT_ASSERT_EQUAL(201, post("Content-Type: Application/JSON; charset=UTF-8\r\n"));
    }

    void tooLargeIs413()
    {
        const std::string large = byId(R"("ip":"10.0.0.1","x":")" + std::string(70000, 'x') + "\"");
        assertPost(413, large);
        HttpClient chunked(_server->endpoint());
        chunked.send("POST /peers HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                     "Transfer-Encoding: chunked\r\n\r\n8000\r\n" +
                     std::string(0x8000, ' ') + "\r\n8001\r\n");
        CPPUNIT_ASSERT_EQUAL(413, chunked.read().status);
        CPPUNIT_ASSERT(chunked.ended());
    }

    static HttpAnswer postKey(const node::Endpoint& server, const std::string& headers = "")
    {
        return HttpClient::request(server, "POST", "/peers",
                                   R"({"secret_key":")" + testSecret(9) + R"(","ip":"10.0.0.1"})",
                                   "Content-Type: application/json\r\n" + headers);
    }

    void secretKeysAreRefusedWhereConfiguredOrForwarded()
    {
        TestServer never(Values{{"secret-keys", "refuse"}});
        never.start();
        const auto answer = postKey(never.endpoint());
        CPPUNIT_ASSERT_EQUAL(403, answer.status);
        CPPUNIT_ASSERT(answer.body.find("enr") != std::string::npos);
        CPPUNIT_ASSERT_EQUAL(403, postKey(_server->endpoint(), "X-Forwarded-For: 10.0.0.7\r\n").status);
        CPPUNIT_ASSERT_EQUAL(403, postKey(_server->endpoint(), "Forwarded: for=10.0.0.7\r\n").status);
        CPPUNIT_ASSERT_EQUAL(201, postKey(_server->endpoint()).status);
    }

    void secretKeysAreTakenFromEverywhereWhenConfigured()
    {
        TestServer any(Values{{"secret-keys", "accept"}});
        any.start();
        CPPUNIT_ASSERT_EQUAL(201, postKey(any.endpoint(), "X-Forwarded-For: 10.0.0.7\r\n").status);
    }

    void reloadChangesWhoMaySendSecretKeys()
    {
        auto& plugin = _server->plugin;
        const auto changed = plugin::ConfigView::make(plugin.schema(), {{"secret-keys", "refuse"}}, "/");
        const auto plan = plugin.prepareReload(*changed);
        CPPUNIT_ASSERT_EQUAL(201, postKey(_server->endpoint()).status);
        plan.commit();
        CPPUNIT_ASSERT_EQUAL(403, postKey(_server->endpoint()).status);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(RegistrationTest);

} // namespace waymark::httpapi
