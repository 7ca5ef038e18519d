#include "TestServer.h"

#include <waymark/node/Enode.h>

#include <cppunit/extensions/HelperMacros.h>

namespace waymark::httpapi
{

class RoutesTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(RoutesTest);
    CPPUNIT_TEST(tellsTheAdvertisedEndpointAndTheRealPort);
    CPPUNIT_TEST(tellsNoEnodeBeforeADiscoverySocketIsBound);
    CPPUNIT_TEST(registersListsShowsAndRemovesAPeer);
    CPPUNIT_TEST(idsAreTakenWithAndWithoutPrefixAndPercentEncoded);
    CPPUNIT_TEST(absoluteTargetsEndTheirHostAtAQuery);
    CPPUNIT_TEST(registeringAgainMovesThePeer);
    CPPUNIT_TEST(unknownPeerIs404AndBadIdIs400);
    CPPUNIT_TEST(badIdIsNotRepeated);
    CPPUNIT_TEST(removingKeepsWhatAnotherOriginClaims);
    CPPUNIT_TEST(listsMorePeersThanOnePage);
    CPPUNIT_TEST(listsPeersOfOtherNetworksWithNulls);
    CPPUNIT_TEST(listsDiscoveredNodesOnce);
    CPPUNIT_TEST(healthIs503OnlyWhenACheckFailed);
    CPPUNIT_TEST(livesWhateverItsPartsDo);
    CPPUNIT_TEST(metricsOfEveryPluginAreExposed);
    CPPUNIT_TEST(wrongMethodIs405WithAllow);
    CPPUNIT_TEST(unknownPathIs404);
    CPPUNIT_TEST(headAnswersWithoutBody);
    CPPUNIT_TEST(busyRegistryIs429);
    CPPUNIT_TEST(registryOutOfRoomIs503);
    CPPUNIT_TEST(brokenRegistryIs500);
    CPPUNIT_TEST(staleRecordIs409AlsoAfterRemoval);
    CPPUNIT_TEST_SUITE_END();

    static std::string byKey(unsigned number, const std::string& place)
    {
        return R"({"secret_key":"0x)" + testSecret(number) + "\"," + place + "}";
    }

    static std::string peer(unsigned number, const std::string& ip, const std::string& tcp,
                            const std::string& udp, const std::string& discport = "")
    {
        const std::string id = testKey(number).hex();
        return R"({"id":"0x)" + id + R"(","ip":")" + ip + R"(","tcp_port":)" + tcp + R"(,"udp_port":)" + udp +
               R"(,"enode":"enode://)" + id + "@" + ip + ":" + tcp + discport + "\"}";
    }
    /// A registered one, without labels and record, and for ever.
    static std::string standing(std::string text, const std::string& origins, unsigned revision)
    {
        text.pop_back();
        return text + R"(,"expires_at":null,"liveness":null,"last_pong":null,"rtt_ms":null,"origins":[)" +
               origins + R"(],"labels":{},"enr":null,"revision":"0000000000000000-)" +
               std::to_string(revision) + "\"}";
    }

    static void assertError(int status, const HttpAnswer& answer)
    {
        CPPUNIT_ASSERT_EQUAL_MESSAGE(answer.body, status, answer.status);
        CPPUNIT_ASSERT_EQUAL(std::string("application/json"), answer.header("content-type"));
        CPPUNIT_ASSERT_MESSAGE(answer.body, answer.body.starts_with("{\"error\""));
    }

    void tellsTheAdvertisedEndpointAndTheRealPort()
    {
        TestServer server;
        server.node.advertise(node::NodeEndpoint{node::IpAddress::v4(10, 0, 0, 1), 30303, 0});
        server.start();
        CPPUNIT_ASSERT_EQUAL(201, server.post(byKey(2, R"("ip":"10.0.1.5")")).status);
        const auto answer = server.get("/");
        const std::string id = testKey(1).hex();
        CPPUNIT_ASSERT_EQUAL(200, answer.status);
        CPPUNIT_ASSERT_EQUAL(
            R"({"enode":"enode://)" + id + R"(@10.0.0.1:30303","peer_id":"0x)" + id +
                R"(","discovery_addr":"10.0.0.1:30303","discovery_addrs":["10.0.0.1:30303"],"http_addr":")" +
                server.endpoint().toString() + R"(","registered_peers":1,"discovered_peers":0,"revision":")" +
                server.registry.revision().toString() + "\"}",
            answer.body);
        CPPUNIT_ASSERT(server.endpoint().port != 0);
    }

    void tellsNoEnodeBeforeADiscoverySocketIsBound()
    {
        TestServer server;
        const std::string body = server.start().get("/").body;
        CPPUNIT_ASSERT(body.starts_with("{\"enode\":null,\"peer_id\":\"0x"));
        CPPUNIT_ASSERT(body.find("\"discovery_addr\":null,\"discovery_addrs\":[]") != std::string::npos);
    }

    void registersListsShowsAndRemovesAPeer()
    {
        TestServer server;
        server.start();
        const std::string id = testKey(2).hex();
        const std::string expected =
            standing(peer(2, "10.0.1.5", "30303", "30304", "?discport=30304"), R"("api")", 1);
        const auto made = server.post(byKey(2, R"("ip":"10.0.1.5","tcp_port":30303,"udp_port":30304)"));
        CPPUNIT_ASSERT_EQUAL(201, made.status);
        CPPUNIT_ASSERT_EQUAL(expected, made.body);
        CPPUNIT_ASSERT_EQUAL("[" + expected + "]", server.get("/peers").body);
        CPPUNIT_ASSERT_EQUAL(expected, server.get("/peers/" + id).body);
        const auto gone = HttpClient::request(server.endpoint(), "DELETE", "/peers/" + id);
        CPPUNIT_ASSERT_EQUAL(200, gone.status);
        CPPUNIT_ASSERT_EQUAL(std::string("{\"removed\":true}"), gone.body);
        CPPUNIT_ASSERT_EQUAL(std::string("[]"), server.get("/peers").body);
        assertError(404, HttpClient::request(server.endpoint(), "DELETE", "/peers/" + id));
    }

    void idsAreTakenWithAndWithoutPrefixAndPercentEncoded()
    {
        TestServer server;
        server.start();
        CPPUNIT_ASSERT_EQUAL(201, server.post(byKey(2, R"("ip":"10.0.1.5")")).status);
        const std::string id = testKey(2).hex();
        CPPUNIT_ASSERT_EQUAL(200, server.get("/peers/0x" + id).status);
        CPPUNIT_ASSERT_EQUAL(200, server.get("/peers/%30x" + id).status);
        CPPUNIT_ASSERT_EQUAL(200, server.get("http://waymark/peers/" + id + "?x=1").status);
        assertError(400, server.get("/peers/%zz" + id));
        assertError(400, server.get("/peers/" + id + "%2f"));
    }

    void absoluteTargetsEndTheirHostAtAQuery()
    {
        TestServer server;
        server.start();
        const std::string own = server.get("/").body;
        for (const char* target : {"http://waymark", "http://waymark?", "http://waymark?x=1",
                                   "HTTP://waymark?x=/peers", "https://waymark/?/peers"})
            CPPUNIT_ASSERT_EQUAL_MESSAGE(target, own, server.get(target).body);
        CPPUNIT_ASSERT_EQUAL(std::string("[]"), server.get("http://waymark/peers?label.a=/").body);
    }

    void registeringAgainMovesThePeer()
    {
        TestServer server;
        server.start();
        CPPUNIT_ASSERT_EQUAL(201, server.post(byKey(2, R"("ip":"10.0.1.5")")).status);
        CPPUNIT_ASSERT_EQUAL(201, server.post(byKey(2, R"("ip":"10.0.1.5")")).status);
        CPPUNIT_ASSERT_EQUAL(201, server.post(byKey(2, R"("ip":"fd00::6","tcp_port":1)")).status);
        const std::string moved = R"({"id":"0x)" + testKey(2).hex() +
                                  R"(","ip":"fd00::6","tcp_port":1,"udp_port":1,"enode":"enode://)" +
                                  testKey(2).hex() + R"(@[fd00::6]:1"})";
        CPPUNIT_ASSERT_EQUAL('[' + standing(moved, R"("api")", 2) + ']', server.get("/peers").body);
    }

    void unknownPeerIs404AndBadIdIs400()
    {
        TestServer server;
        server.start();
        assertError(404, server.get("/peers/" + testKey(3).hex()));
        for (const std::string& bad : {std::string("abc"), std::string(128, '0'), std::string(128, 'g'),
                                       std::string("0x"), testKey(3).hex() + "00", std::string("eth:00")}) {
            assertError(400, server.get("/peers/" + bad));
            assertError(400, HttpClient::request(server.endpoint(), "DELETE", "/peers/" + bad));
        }
    }

    void badIdIsNotRepeated()
    {
        TestServer server;
        server.start();
        const auto answer = server.get("/peers/" + testSecret(4));
        CPPUNIT_ASSERT_EQUAL(400, answer.status);
        CPPUNIT_ASSERT(answer.body.find(testSecret(4)) == std::string::npos);
        CPPUNIT_ASSERT(server.lines->lines().find(testSecret(4)) == std::string::npos);
    }

    void removingKeepsWhatAnotherOriginClaims()
    {
        TestServer server;
        server.start();
        const auto elsewhere =
            registry::Peer::at(testKey(2), {node::IpAddress::v4(10, 0, 0, 9), 30303, 30303});
        server.registry.sync("file:test", {elsewhere}, [](const auto&) {});
        CPPUNIT_ASSERT_EQUAL(201, server.post(byKey(2, R"("ip":"10.0.1.5")")).status);
        const std::string path = "/peers/" + testKey(2).hex();
        CPPUNIT_ASSERT_EQUAL(standing(peer(2, "10.0.1.5", "30303", "30303"), R"("api","file:test")", 2),
                             server.get(path).body);
        CPPUNIT_ASSERT_EQUAL(200, HttpClient::request(server.endpoint(), "DELETE", path).status);
        CPPUNIT_ASSERT_EQUAL(standing(peer(2, "10.0.0.9", "30303", "30303"), R"("file:test")", 3),
                             server.get(path).body);
        assertError(404, HttpClient::request(server.endpoint(), "DELETE", path));
    }

    void listsMorePeersThanOnePage()
    {
        constexpr std::size_t many = 1203;
        TestServer server;
        std::vector<registry::Peer> peers;
        for (unsigned i = 1; i <= many; ++i)
            peers.push_back(registry::Peer::at(testKey(i), {node::IpAddress::v4(10, 1, 1, 1), 1, 1}));
        server.registry.sync("file:test", peers, [](const auto&) {});
        const std::string body = server.start().get("/peers").body;
        std::size_t found = 0;
        for (std::size_t at = body.find("\"id\""); at != std::string::npos; at = body.find("\"id\"", at + 1))
            ++found;
        CPPUNIT_ASSERT_EQUAL(many, found);
        CPPUNIT_ASSERT(body.find("},]") == std::string::npos && body.ends_with("}]"));
    }

    void listsPeersOfOtherNetworksWithNulls()
    {
        TestServer server;
        registry::Peer named{node::PeerId::parse("addr:relay \"one\"").value(),
                             {{registry::Transport::tcp, "relay.example", 4001}},
                             {},
                             {}};
        server.registry.sync("file:test", {named}, [](const auto&) {});
        const std::string shown = R"({"id":"addr:relay \"one\"","ip":"relay.example","tcp_port":4001,)"
                                  R"("udp_port":null,"enode":null})";
        CPPUNIT_ASSERT_EQUAL('[' + standing(shown, R"("file:test")", 1) + ']',
                             server.start().get("/peers").body);
    }

    void listsDiscoveredNodesOnce()
    {
        TestServer server;
        const node::NodeEndpoint where{node::IpAddress::v4(192, 168, 1, 10), 30303, 30303};
        server.discovery.know({{testKey(5), where, nullptr, {}}, {testKey(5), where, nullptr, {}}});
        server.start();
        CPPUNIT_ASSERT_EQUAL("[" + peer(5, "192.168.1.10", "30303", "30303") + "]",
                             server.get("/discovered").body);
        CPPUNIT_ASSERT(server.get("/").body.find("\"discovered_peers\":2,") != std::string::npos);
    }

    void metricsOfEveryPluginAreExposed()
    {
        TestServer server;
        server.start();
        server.metrics.counter("waymark_other_things_total", "Things of another plugin").increment(3);
        const auto answer = server.get("/metrics");
        CPPUNIT_ASSERT_EQUAL(200, answer.status);
        CPPUNIT_ASSERT(answer.header("content-type").starts_with("text/plain; version=0.0.4"));
        CPPUNIT_ASSERT(answer.body.find("\nwaymark_other_things_total 3\n") != std::string::npos);
        const std::string pattern =
            R"(waymark_http_requests_total{method="GET",route="/metrics",status="200"} 1)";
        CPPUNIT_ASSERT(server.get("/metrics").body.find(pattern) != std::string::npos);
    }

    void healthIs503OnlyWhenACheckFailed()
    {
        TestServer server;
        server.start();
        const auto slow =
            server.health.add("slow", [] { return observe::Health::degraded("disk \"a\" is slow"); });
        const auto answer = server.get("/health");
        CPPUNIT_ASSERT_EQUAL(200, answer.status);
        CPPUNIT_ASSERT_EQUAL(
            std::string(R"({"status":"degraded","checks":[{"name":"slow","status":"degraded",)"
                        R"("reason":"disk \"a\" is slow"}]})"),
            answer.body);
        const auto dead = server.health.add("dead", [] { return observe::Health::failed("no socket"); });
        CPPUNIT_ASSERT_EQUAL(503, server.get("/health").status);
        CPPUNIT_ASSERT_EQUAL(503, server.get("/readyz").status);
        CPPUNIT_ASSERT_EQUAL(server.get("/health").body, server.get("/readyz").body);
    }

    void livesWhateverItsPartsDo()
    {
        TestServer server;
        server.start();
        const auto dead = server.health.add("dead", [] { return observe::Health::failed("no socket"); });
        const auto answer = server.get("/livez");
        CPPUNIT_ASSERT_EQUAL(200, answer.status);
        CPPUNIT_ASSERT_EQUAL(std::string(R"({"status":"ok"})"), answer.body);
    }

    void wrongMethodIs405WithAllow()
    {
        TestServer server;
        server.start();
        const auto answer = HttpClient::request(server.endpoint(), "PUT", "/peers", "{}");
        assertError(405, answer);
        CPPUNIT_ASSERT_EQUAL(std::string("GET, HEAD, POST"), answer.header("allow"));
        assertError(405, HttpClient::request(server.endpoint(), "POST", "/", "{}"));
        assertError(405, HttpClient::request(server.endpoint(), "BREW", "/health"));
    }

    void unknownPathIs404()
    {
        TestServer server;
        server.start();
        for (const char* path : {"/nothing", "/peers/", "/peers/1/2", "//", "/PEERS"})
            assertError(404, server.get(path));
        CPPUNIT_ASSERT_EQUAL(5.0,
                             server.metric("waymark_http_requests_total",
                                           {{"route", "unmatched"}, {"method", "GET"}, {"status", "404"}}));
    }

    void headAnswersWithoutBody()
    {
        TestServer server;
        server.start();
        HttpClient client(server.endpoint());
        client.send("HEAD /peers HTTP/1.1\r\nHost: a\r\n\r\nGET /peers HTTP/1.1\r\nHost: a\r\n\r\n");
        const auto head = client.read(true);
        CPPUNIT_ASSERT_EQUAL(200, head.status);
        CPPUNIT_ASSERT_EQUAL(std::string("2"), head.header("content-length"));
        CPPUNIT_ASSERT_EQUAL(std::string("[]"), client.read().body);
    }

    /// What the client may try again, it is told when.
    static void assertPutOff(int status, Error error)
    {
        TestServer server;
        server.registry.failWith(std::move(error));
        const auto answer = server.start().post(byKey(2, R"("ip":"10.0.1.5")"));
        assertError(status, answer);
        CPPUNIT_ASSERT(!answer.header("retry-after").empty());
        assertError(status, HttpClient::request(server.endpoint(), "DELETE", "/peers/" + testKey(2).hex()));
    }

    void busyRegistryIs429()
    {
        assertPutOff(429, {ErrorCode::busy, "the registry has 4096 changes waiting"});
    }

    void registryOutOfRoomIs503() { assertPutOff(503, {ErrorCode::unavailable, "the disk is full"}); }

    void brokenRegistryIs500()
    {
        TestServer server;
        server.registry.failWith(Error(ErrorCode::corrupt, "page 7 is damaged"));
        assertError(500, server.start().post(byKey(2, R"("ip":"10.0.1.5")")));
    }

    void staleRecordIs409AlsoAfterRemoval()
    {
        const auto record = [](std::uint64_t seq) {
            const auto key = node::SecretKey::fromHex(testSecret(6)).value();
            return "{\"enr\":\"" +
                   node::EnrBuilder()
                       .seq(seq)
                       .endpoint({node::IpAddress::v4(10, 0, 0, 6), 30303, 30303})
                       .sign(key)
                       .value()
                       .toString() +
                   "\"}";
        };
        TestServer server;
        server.start();
        CPPUNIT_ASSERT_EQUAL(201, server.post(record(7)).status);
        assertError(409, server.post(record(6)));
        CPPUNIT_ASSERT_EQUAL(
            200, HttpClient::request(server.endpoint(), "DELETE", "/peers/" + testKey(6).hex()).status);
        assertError(409, server.post(record(6)));
        CPPUNIT_ASSERT_EQUAL(201, server.post(record(7)).status);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(RoutesTest);

} // namespace waymark::httpapi
