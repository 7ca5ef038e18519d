#include "TestServer.h"

#include <waymark/registry/Peer.h>

#include <cppunit/extensions/HelperMacros.h>

#include <chrono>
#include <set>

namespace waymark::httpapi
{

using namespace std::chrono_literals;

/// How registered peers are shown, filtered and paged.
class PeerListTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(PeerListTest);
    CPPUNIT_TEST(showsHowAPeerStands);
    CPPUNIT_TEST(takesAndShowsLabels);
    CPPUNIT_TEST(refusesLabelsThatNoPeerCanHave);
    CPPUNIT_TEST(filtersByLabels);
    CPPUNIT_TEST(pagesWhilePeersComeAndGo);
    CPPUNIT_TEST(pagesKeepTheirFilter);
    CPPUNIT_TEST(tellsTheRevisionOfItsBeginning);
    CPPUNIT_TEST(noListIsLargerThanItsClientCouldTake);
    CPPUNIT_TEST(refusesParametersThatItDoesNotKnow);
    CPPUNIT_TEST_SUITE_END();

    static std::string registration(unsigned number, const std::string& rest = {})
    {
        return R"({"id":")" + testKey(number).hex() + R"(","ip":"10.0.0.1")" + rest + "}";
    }
    static void assertHas(const std::string& part, const std::string& whole)
    {
        CPPUNIT_ASSERT_MESSAGE(part + "\nis not in\n" + whole, whole.find(part) != std::string::npos);
    }
    static void assertError(int status, const HttpAnswer& answer)
    {
        CPPUNIT_ASSERT_EQUAL_MESSAGE(answer.body, status, answer.status);
        CPPUNIT_ASSERT_MESSAGE(answer.body, answer.body.starts_with("{\"error\""));
    }
    static std::size_t count(const std::string& text, const std::string& part)
    {
        std::size_t found = 0;
        for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
            ++found;
        return found;
    }
    /// The ids of a list.
    static std::vector<std::string> ids(const HttpAnswer& list)
    {
        CPPUNIT_ASSERT_EQUAL_MESSAGE(list.body, 200, list.status);
        const std::string mark = R"({"id":"0x)";
        constexpr std::size_t idDigits = 128;
        std::vector<std::string> found;
        for (auto at = list.body.find(mark); at != std::string::npos; at = list.body.find(mark, at + 1))
            found.push_back(list.body.substr(at + mark.size(), idDigits));
        return found;
    }
    /// What Link says comes next; empty on the last page.
    static std::string next(const HttpAnswer& page)
    {
        const std::string link = page.header("link");
        if (link.empty())
            return {};
        CPPUNIT_ASSERT_MESSAGE(link, link.starts_with('<') && link.ends_with(">; rel=\"next\""));
        return link.substr(1, link.find('>') - 1);
    }

    void showsHowAPeerStands()
    {
        TestServer server;
        server.start();
        server.discovery.follow(node::PeerId(testKey(2)),
                                {discovery::Liveness::live, WallTime(2000000000s + 999ms), 1234567ns});
        server.post(registration(2, R"(,"ttl":60)"));
        const std::string shown = server.get("/peers/" + testKey(2).hex()).body;
        assertHas(
            R"(,"expires_at":"2033-05-18T03:34:20Z","liveness":"live","last_pong":"2033-05-18T03:33:20Z",)"
            R"("rtt_ms":1.235,"origins":["api"],"labels":{},"enr":null,"revision":"0000000000000000-1"})",
            shown);
        CPPUNIT_ASSERT_EQUAL('[' + shown + ']', server.get("/peers").body);
        server.discovery.follow(node::PeerId(testKey(2)), {discovery::Liveness::pending, {}, {}});
        assertHas(R"("liveness":"pending","last_pong":null,"rtt_ms":null)",
                  server.get("/peers/" + testKey(2).hex()).body);
        CPPUNIT_ASSERT_EQUAL(std::string("0000000000000000-1"),
                             server.get("/peers").header("waymark-revision"));
    }

    void takesAndShowsLabels()
    {
        TestServer server;
        server.start();
        const auto made =
            server.post(registration(2, R"(,"labels":{"name":"validator \"1\"","nodeType":"é"})"));
        CPPUNIT_ASSERT_EQUAL(201, made.status);
        assertHas(R"("labels":{"name":"validator \"1\"","nodeType":"é"})", made.body);
        // Registering again says the whole of what the peer is.
        assertHas(R"("labels":{})", server.post(registration(2)).body);
    }

    void refusesLabelsThatNoPeerCanHave()
    {
        TestServer server;
        server.start();
        std::string many;
        for (int i = 0; i < 33; ++i)
            many += (many.empty() ? "\"" : ",\"") + std::to_string(i) + R"(":"")";
        for (const std::string& labels :
             {std::string("[]"), std::string("null"), std::string("\"a\""), std::string(R"({"a":1})"),
              std::string(R"({"a":null})"), std::string(R"({"":"x"})"), std::string(R"({"a b":"x"})"),
              std::string(R"({"a":"\u0001"})"), R"({"a":")" + std::string(257, 'x') + "\"}",
              "{\"" + std::string(65, 'x') + R"(":""})", "{" + many + "}"})
            assertError(422, server.post(registration(2, R"(,"labels":)" + labels)));
        CPPUNIT_ASSERT_EQUAL(std::size_t(0), server.registry.size());
        CPPUNIT_ASSERT_EQUAL(
            201, server.post(registration(2, R"(,"labels":{"a":")" + std::string(256, 'x') + "\"}")).status);
    }

    void filtersByLabels()
    {
        TestServer server;
        server.start();
        server.post(registration(2, R"(,"labels":{"name":"a","zone":"x y"})"));
        server.post(registration(3, R"(,"labels":{"name":"b","zone":"x y"})"));
        server.post(registration(4));
        CPPUNIT_ASSERT_EQUAL(std::size_t(3), ids(server.get("/peers")).size());
        CPPUNIT_ASSERT_EQUAL(std::size_t(2), ids(server.get("/peers?label.zone=x%20y")).size());
        CPPUNIT_ASSERT(std::vector{testKey(3).hex()} ==
                       ids(server.get("/peers?label.zone=x+y&label.name=b")));
        CPPUNIT_ASSERT(ids(server.get("/peers?label.name=c")).empty());
        CPPUNIT_ASSERT(ids(server.get("/peers?label.name=")).empty());
    }

    void pagesWhilePeersComeAndGo()
    {
        TestServer server;
        server.start();
        std::set<std::string> stays;
        for (unsigned i = 2; i < 30; ++i) {
            server.post(registration(i));
            if (i % 2 == 0)
                stays.insert(testKey(i).hex());
        }
        std::set<std::string> seen;
        unsigned fresh = 100;
        std::string target = "/peers?limit=3";
        while (!target.empty()) {
            const auto page = server.get(target);
            const auto found = ids(page);
            CPPUNIT_ASSERT(found.size() <= 3 && !found.empty());
            for (const std::string& id : found)
                CPPUNIT_ASSERT_MESSAGE("a peer is on two pages", seen.insert(id).second);
            target = next(page);
            HttpClient::request(server.endpoint(), "DELETE", "/peers/" + testKey((fresh % 28) | 3U).hex());
            HttpClient::request(server.endpoint(), "DELETE", "/peers/" + found.back());
            stays.erase(found.back());
            seen.erase(found.back());
            server.post(registration(fresh++));
        }
        for (const std::string& id : stays)
            CPPUNIT_ASSERT_MESSAGE("a peer that was there all the time is on no page", seen.contains(id));
    }

    void pagesKeepTheirFilter()
    {
        TestServer server;
        server.start();
        for (unsigned i = 2; i < 12; ++i)
            server.post(registration(i, i % 2 == 0 ? R"(,"labels":{"a&b":"c=d/é"})" : ""));
        std::size_t found = 0;
        std::size_t pages = 0;
        for (std::string target = "/peers?limit=2&label.a%26b=c%3Dd%2F%C3%A9"; !target.empty(); ++pages) {
            const auto page = server.get(target);
            found += count(page.body, "c=d/é");
            CPPUNIT_ASSERT_EQUAL(count(page.body, "\"id\""), count(page.body, "c=d/é"));
            target = next(page);
        }
        CPPUNIT_ASSERT_EQUAL(std::size_t(5), found);
        CPPUNIT_ASSERT_EQUAL(std::size_t(3), pages);
    }

    /// Who goes on from the revision of a list misses nothing that happened while it was read.
    void tellsTheRevisionOfItsBeginning()
    {
        constexpr unsigned peers = 1500; // more than are read at once
        TestServer server;
        const auto put = [](unsigned number) {
            return registry::PutClaim{
                {"test", registry::Peer::at(testKey(number), {node::IpAddress::v4(10, 0, 0, 1), 1, 1}), {}}};
        };
        registry::ChangeBatch batch;
        for (unsigned i = 0; i < peers; ++i)
            batch.emplace_back(put(i + 2));
        server.registry.apply(std::move(batch), [](const auto&) {});
        server.registry.afterPage = [&server, put, next = peers + 2]() mutable {
            server.registry.apply({put(next++)}, [](const auto&) {});
        };
        server.start();
        const auto list = server.get("/peers");
        CPPUNIT_ASSERT(ids(list).size() >= peers);
        CPPUNIT_ASSERT_EQUAL("0000000000000000-" + std::to_string(peers), list.header("waymark-revision"));
    }

    void noListIsLargerThanItsClientCouldTake()
    {
        constexpr unsigned peers = 4200; // of more than 8 kB
        TestServer server(Values{{"request-timeout", "2m"}});
        server.start();
        registry::ChangeBatch batch;
        for (unsigned i = 0; i < peers; ++i) {
            auto peer = registry::Peer::at(testKey(i + 2), {node::IpAddress::v4(10, 0, 0, 1), 1, 1});
            for (int j = 0; j < 32; ++j)
                peer.labels[std::to_string(j)] = std::string(256, 'x');
            batch.emplace_back(registry::PutClaim{{"test", std::move(peer), {}}});
        }
        server.registry.apply(std::move(batch), [](const auto&) {});
        assertError(422, server.get("/peers"));
        assertError(422, server.get("/peers?label.0=" + std::string(256, 'x')));
        std::vector<std::size_t> pages;
        for (std::string target = "/peers?limit=10000"; !target.empty();) {
            const auto page = server.get(target);
            pages.push_back(ids(page).size());
            target = next(page);
        }
        CPPUNIT_ASSERT_EQUAL(std::size_t(2), pages.size());
        CPPUNIT_ASSERT_EQUAL(std::size_t(peers), pages[0] + pages[1]);
    }

    void refusesParametersThatItDoesNotKnow()
    {
        TestServer server;
        server.start();
        for (const char* const query :
             {"label.a=1&label.a=2", "limit=1&limit=1", "limt=3", "label.=x", "label=x", "limit=0",
              "limit=10001", "limit=-1", "limit=1x", "limit=", "cursor=abc", "wait=30s",
              "revision=0000000000000000-0", "wait=30s&revision=1", "wait=11m&revision=0000000000000000-0",
              "wait=x&revision=0000000000000000-0", "wait=s&revision=0000000000000000-0",
              "wait=99999999999999999999&revision=0000000000000000-0"})
            assertError(400, server.get("/peers?" + std::string(query)));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(PeerListTest);

} // namespace waymark::httpapi
