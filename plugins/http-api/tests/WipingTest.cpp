#include "server/RequestReader.h"

#include <waymark/http/RouteTable.h>

#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <malloc.h>
#include <new>
#include <string>
#include <string_view>
#include <utility>

namespace
{

/// Half of what the tests send, so that no part of it counts as wiped.
constexpr std::string_view needle = "deadbeefcafe0123deadbeefcafe4567";
std::atomic<bool> watching{false};
std::atomic<int> found{0};

void release(void* block) noexcept
{
    if (block != nullptr && watching) {
        const std::string_view content(static_cast<const char*>(block), ::malloc_usable_size(block));
        if (content.find(needle.substr(0, needle.size() / 2)) != std::string_view::npos)
            ++found;
    }
    std::free(block); // NOLINT(cppcoreguidelines-no-malloc)
}

} // namespace

void* operator new(std::size_t size)
{
    if (void* const block = std::calloc(1, size)) // NOLINT(cppcoreguidelines-no-malloc)
        return block;
    throw std::bad_alloc();
}
void operator delete(void* block) noexcept
{
    release(block);
}
void operator delete(void* block, std::size_t) noexcept
{
    release(block);
}

namespace waymark::httpapi
{

/// No memory that is given back holds a text that somebody sent.
class WipingTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(WipingTest);
    CPPUNIT_TEST(seesWhatIsNotWiped);
    CPPUNIT_TEST(pathsAreWiped);
    CPPUNIT_TEST(queriesAreWiped);
    CPPUNIT_TEST(repeatedQueriesAreWiped);
    CPPUNIT_TEST(headersAreWiped);
    CPPUNIT_TEST(brokenTargetsAreWiped);
    CPPUNIT_TEST(parametersAreWiped);
    CPPUNIT_TEST(pathsOfNoRouteAreWiped);
    CPPUNIT_TEST_SUITE_END();

    const std::string _secret{needle};

public:
    void tearDown() override { watching = false; }

private:
    /// How many blocks with the secret were given back meanwhile.
    template <class Work>
    static int leftBy(const Work& work)
    {
        found = 0;
        watching = true;
        work();
        watching = false;
        return found;
    }

    static int leftByRequest(const std::string& target, const std::string& fields = "")
    {
        const std::string text = "GET " + target + " HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n";
        const auto head = RequestHead::parse(text);
        CPPUNIT_ASSERT(head.has_value());
        const auto parsed = parseTarget(head->target);
        CPPUNIT_ASSERT(parsed.has_value());
        return leftBy([&] { const auto request = readRequest(*head, *parsed); });
    }

    void seesWhatIsNotWiped()
    {
        CPPUNIT_ASSERT_EQUAL(1, leftBy([this] {
                                 const std::string copy = _secret;
                                 CPPUNIT_ASSERT(!copy.empty());
                             }));
        CPPUNIT_ASSERT_EQUAL(0, leftBy([this] {
                                 std::string copy = _secret;
                                 secureWipe(copy);
                             }));
    }

    void pathsAreWiped() { CPPUNIT_ASSERT_EQUAL(0, leftByRequest("/" + _secret)); }

    void queriesAreWiped()
    {
        CPPUNIT_ASSERT_EQUAL(0, leftByRequest("/?a=" + _secret));
        CPPUNIT_ASSERT_EQUAL(0, leftByRequest("/?" + _secret + "=a"));
    }

    void repeatedQueriesAreWiped()
    {
        CPPUNIT_ASSERT_EQUAL(0,
                             leftByRequest("/?" + _secret + "=" + _secret + "&" + _secret + "=" + _secret));
    }

    void headersAreWiped()
    {
        CPPUNIT_ASSERT_EQUAL(0, leftByRequest("/", "X: " + _secret + "\r\nX: " + _secret + "\r\n"));
        CPPUNIT_ASSERT_EQUAL(0, leftByRequest("/", _secret + ": x\r\n"));
    }

    void brokenTargetsAreWiped()
    {
        CPPUNIT_ASSERT_EQUAL(0, leftByRequest("/" + _secret + "%zz"));
        CPPUNIT_ASSERT_EQUAL(0, leftByRequest("/?" + _secret + "=" + _secret + "%zz"));
    }

    void parametersAreWiped()
    {
        CPPUNIT_ASSERT_EQUAL(0, leftBy([this] {
                                 WipedRequest wiped;
                                 wiped.request.parameters.emplace("id", _secret);
                             }));
        http::RouteTable routes;
        const auto route = routes.add(routeOf("/peers/{id}"));
        const std::string path = "/peers/" + _secret;
        CPPUNIT_ASSERT_EQUAL(0, leftBy([&] {
                                 WipedRequest wiped;
                                 auto match = routes.match("GET", path);
                                 wiped.request.parameters = std::move(match.parameters);
                             }));
    }

    void pathsOfNoRouteAreWiped()
    {
        http::RouteTable routes;
        const auto route = routes.add(routeOf("/peers"));
        const std::string path = "/x/" + _secret;
        CPPUNIT_ASSERT_EQUAL(0, leftBy([&] { static_cast<void>(routes.match("GET", path)); }));
    }

    static http::Route routeOf(const std::string& pattern)
    {
        http::Route route;
        route.method = "GET";
        route.pattern = pattern;
        route.handler = [](const http::ApiRequest&) {
            return http::ApiResponse::json(200, "{}");
        };
        return route;
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(WipingTest);

} // namespace waymark::httpapi
