#include "TestServer.h"

#include <cppunit/extensions/HelperMacros.h>

#include <chrono>

namespace waymark::httpapi
{

using namespace std::chrono_literals;

class LeasesTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(LeasesTest);
    CPPUNIT_TEST(aRegistrationMayAskForATtl);
    CPPUNIT_TEST(aLeaseThatIsOverWhenItIsToldOfIsNotForEver);
    CPPUNIT_TEST(registeringAgainWithoutATtlLastsForEver);
    CPPUNIT_TEST(renewsWithTheTtlThatItHasOrIsGiven);
    CPPUNIT_TEST(renewsOnlyWhatIsRegistered);
    CPPUNIT_TEST(renewsNothingOfAnotherOrigin);
    CPPUNIT_TEST(badTtlsAre422);
    CPPUNIT_TEST(renewalsAreReadAsRegistrationsAre);
    CPPUNIT_TEST(usesTheDefaultTtl);
    CPPUNIT_TEST(holdsTtlsToTheMaximum);
    CPPUNIT_TEST(reloadChangesTtls);
    CPPUNIT_TEST(refusesTtlSettingsThatContradict);
    CPPUNIT_TEST(busyRegistryIs503);
    CPPUNIT_TEST_SUITE_END();

    static std::string path() { return "/peers/" + testKey(2).hex(); }
    static std::string lease() { return path() + "/lease"; }
    static std::string byId(const std::string& rest = {})
    {
        return R"({"id":")" + testKey(2).hex() + R"(","ip":"10.0.0.1")" + rest + "}";
    }
    static HttpAnswer renew(const TestServer& server, std::optional<std::string> body = std::nullopt,
                            std::string_view headers = {})
    {
        return HttpClient::request(server.endpoint(), "PUT", lease(), std::move(body), headers);
    }
    static HttpAnswer renewJson(const TestServer& server, const std::string& body)
    {
        return renew(server, body, "Content-Type: application/json\r\n");
    }
    static std::string renewed(const std::string& ttl, const std::string& end)
    {
        return R"({"id":"0x)" + testKey(2).hex() + R"(","ttl":)" + ttl + R"(,"expires_at":)" + end + "}";
    }
    static void assertEnds(const std::string& end, const std::string& body)
    {
        CPPUNIT_ASSERT_MESSAGE(body, body.find(R"(","expires_at":)" + end + ",") != std::string::npos);
    }
    static void assertError(int status, const HttpAnswer& answer)
    {
        CPPUNIT_ASSERT_EQUAL_MESSAGE(answer.body, status, answer.status);
        CPPUNIT_ASSERT_MESSAGE(answer.body, answer.body.starts_with("{\"error\""));
    }

    void aRegistrationMayAskForATtl()
    {
        TestServer server;
        server.start();
        const auto made = server.post(byId(R"(,"ttl":90)"));
        CPPUNIT_ASSERT_EQUAL(201, made.status);
        const std::string end = R"("2033-05-18T03:34:50Z")";
        assertEnds(end, made.body);
        assertEnds(end, server.get(path()).body);
        assertEnds(end, server.get("/peers").body);
        server.registry.clock.advance(90s - 1ns);
        CPPUNIT_ASSERT_EQUAL(200, server.get(path()).status);
        server.registry.clock.advance(1ns);
        assertError(404, server.get(path()));
        CPPUNIT_ASSERT_EQUAL(std::string("[]"), server.get("/peers").body);
    }

    /// Nothing that the registry knows of any more when the answer is made.
    void aLeaseThatIsOverWhenItIsToldOfIsNotForEver()
    {
        TestServer server;
        server.start();
        const auto slow = server.registry.changes().subscribe([&](const registry::PeerEvent& event) {
            if (event.kind == registry::PeerEvent::Kind::put)
                server.registry.clock.advance(2s);
        });
        const auto made = server.post(byId(R"(,"ttl":1)"));
        CPPUNIT_ASSERT_EQUAL(201, made.status);
        assertEnds(R"("2033-05-18T03:33:21Z")", made.body);
        CPPUNIT_ASSERT_EQUAL(404, server.get(path()).status);
    }

    void registeringAgainWithoutATtlLastsForEver()
    {
        TestServer server;
        server.start();
        server.post(byId(R"(,"ttl":90)"));
        const auto again = server.post(byId());
        CPPUNIT_ASSERT_EQUAL(201, again.status);
        assertEnds("null", again.body);
        const std::string log = server.lines->lines();
        CPPUNIT_ASSERT_MESSAGE(log, log.find(" ip=10.0.0.1 ttl=90 outcome=created") != std::string::npos);
        CPPUNIT_ASSERT_MESSAGE(log, log.find(" ip=10.0.0.1 ttl=0 outcome=renewed") != std::string::npos);
        server.post(byId(R"(,"ttl":90)"));
        assertEnds("null", server.post(byId(R"(,"ttl":0)")).body);
    }

    void renewsWithTheTtlThatItHasOrIsGiven()
    {
        TestServer server;
        server.start();
        server.post(byId(R"(,"ttl":90)"));
        server.registry.clock.advance(60s);
        const auto again = renew(server);
        CPPUNIT_ASSERT_EQUAL(200, again.status);
        CPPUNIT_ASSERT_EQUAL(renewed("90", R"("2033-05-18T03:35:50Z")"), again.body);
        CPPUNIT_ASSERT_EQUAL(again.body, renewJson(server, "{}").body);
        CPPUNIT_ASSERT_EQUAL(renewed("60", R"("2033-05-18T03:35:20Z")"),
                             renewJson(server, R"({"ttl":60})").body);
        CPPUNIT_ASSERT_EQUAL(renewed("0", "null"), renewJson(server, R"({"ttl":0})").body);
        CPPUNIT_ASSERT_EQUAL(renewed("0", "null"), renew(server).body);
        CPPUNIT_ASSERT_EQUAL(renewed("316224000", R"("2043-05-26T03:34:20Z")"),
                             renewJson(server, R"({"ttl":316224000})").body);
    }

    void renewsOnlyWhatIsRegistered()
    {
        TestServer server;
        server.start();
        assertError(404, renew(server));
        server.post(byId(R"(,"ttl":90)"));
        server.registry.clock.advance(90s);
        assertError(404, renew(server));
        assertError(404, renewJson(server, R"({"ttl":60})"));
        assertError(400, HttpClient::request(server.endpoint(), "PUT", "/peers/abc/lease"));
    }

    void renewsNothingOfAnotherOrigin()
    {
        TestServer server;
        server.start();
        const auto peer = registry::Peer::at(testKey(2), {node::IpAddress::v4(10, 0, 0, 9), 30303, 30303});
        server.registry.apply({registry::PutClaim{{"file", peer, 90s}}}, [](const auto&) {});
        assertError(404, renewJson(server, R"({"ttl":600})"));
        assertEnds(R"("2033-05-18T03:34:50Z")", server.get(path()).body);
    }

    void badTtlsAre422()
    {
        TestServer server;
        server.start();
        for (const char* const ttl :
             {"-1", "1.5", "\"60\"", "true", "null", "[]", "316224001", "9223372036854775808",
              "18446744073709551616", "18446744073709551676", "1e30"}) {
            assertError(422, server.post(byId(R"(,"ttl":)" + std::string(ttl))));
            assertError(422, renewJson(server, R"({"ttl":)" + std::string(ttl) + "}"));
        }
        CPPUNIT_ASSERT_EQUAL(std::size_t(0), server.registry.size());
        CPPUNIT_ASSERT_EQUAL(201, server.post(byId(R"(,"ttl":1)")).status);
    }

    void renewalsAreReadAsRegistrationsAre()
    {
        TestServer server;
        server.start();
        server.post(byId(R"(,"ttl":90)"));
        assertError(400, renewJson(server, "{\"ttl\":60"));
        assertError(400, renewJson(server, R"({"ttl":60,"ttl":61})"));
        assertError(422, renewJson(server, "60"));
        assertError(415, renew(server, "ttl=60", "Content-Type: application/x-www-form-urlencoded\r\n"));
        assertError(415, renew(server, R"({"ttl":60})"));
        CPPUNIT_ASSERT_EQUAL(200, renew(server, "").status);
        const auto wrong = HttpClient::request(server.endpoint(), "POST", lease(), "{}");
        assertError(405, wrong);
        CPPUNIT_ASSERT_EQUAL(std::string("PUT"), wrong.header("allow"));
        // A body stays required where it was.
        assertError(415, HttpClient::request(server.endpoint(), "POST", "/peers", std::nullopt, ""));
    }

    void usesTheDefaultTtl()
    {
        TestServer server(Values{{"default-ttl", "2m"}});
        server.start();
        assertEnds(R"("2033-05-18T03:35:20Z")", server.post(byId()).body);
        assertEnds(R"("2033-05-18T03:33:50Z")", server.post(byId(R"(,"ttl":30)")).body);
        assertEnds("null", server.post(byId(R"(,"ttl":0)")).body);
        CPPUNIT_ASSERT_EQUAL(renewed("0", "null"), renew(server).body);
    }

    void holdsTtlsToTheMaximum()
    {
        TestServer server(Values{{"default-ttl", "1m"}, {"maximum-ttl", "2m"}});
        server.start();
        assertError(422, server.post(byId(R"(,"ttl":121)")));
        assertError(422, server.post(byId(R"(,"ttl":0)")));
        CPPUNIT_ASSERT_EQUAL(201, server.post(byId(R"(,"ttl":120)")).status);
        assertError(422, renewJson(server, R"({"ttl":121})"));
        assertError(422, renewJson(server, R"({"ttl":0})"));
        CPPUNIT_ASSERT_EQUAL(200, renewJson(server, R"({"ttl":120})").status);
    }

    void reloadChangesTtls()
    {
        TestServer server;
        server.start();
        server.post(byId());
        const auto config = plugin::ConfigView::make(
            server.plugin.schema(),
            {{"listen", "127.0.0.1:0"}, {"default-ttl", "30s"}, {"maximum-ttl", "1m"}}, "/nonexistent");
        const auto plan = server.plugin.prepareReload(*config);
        CPPUNIT_ASSERT(plan.commit && config->rejections().empty());
        plan.commit();
        assertError(422, server.post(byId(R"(,"ttl":61)")));
        // What was granted for ever before gets the maximum when it is renewed.
        CPPUNIT_ASSERT_EQUAL(renewed("60", R"("2033-05-18T03:34:20Z")"), renew(server).body);
        assertEnds(R"("2033-05-18T03:33:50Z")", server.post(byId()).body);
    }

    void refusesTtlSettingsThatContradict()
    {
        for (const Values& values :
             {Values{{"maximum-ttl", "1m"}}, Values{{"maximum-ttl", "1m"}, {"default-ttl", "61s"}}}) {
            try {
                const TestServer server(values);
                CPPUNIT_FAIL("was accepted");
            } catch (const std::invalid_argument& refusal) {
                const std::string message = refusal.what();
                CPPUNIT_ASSERT_MESSAGE(message, message.find("default-ttl") != std::string::npos);
            }
        }
        CPPUNIT_ASSERT_THROW(TestServer(Values{{"default-ttl", "1500ms"}}), std::invalid_argument);
        const TestServer server(Values{{"maximum-ttl", "1m"}, {"default-ttl", "1m"}});
        const auto config =
            plugin::ConfigView::make(server.plugin.schema(), {{"maximum-ttl", "1m"}}, "/nonexistent");
        HttpApiPlugin other;
        other.configure(*config);
        CPPUNIT_ASSERT_EQUAL(std::size_t(1), config->rejections().size());
    }

    void busyRegistryIs503()
    {
        TestServer server;
        server.start();
        server.registry.failWith(Error(ErrorCode::unavailable, "the disk is full"));
        assertError(503, renew(server));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(LeasesTest);

} // namespace waymark::httpapi
