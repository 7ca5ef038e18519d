#include <waymark/testkit/Bootnode.h>
#include <waymark/testkit/TestKeys.h>

#include <cppunit/extensions/HelperMacros.h>

#include <atomic>
#include <thread>
#include <vector>

namespace waymark::scenarios
{

using testkit::Bootnode;
using testkit::Properties;

/// Its operator reloads it again and again, with right and wrong configurations, while clients register and
/// ask.
class ReloadUnderLoadTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(ReloadUnderLoadTest);
    CPPUNIT_TEST(noRequestIsLostOrRefused);
    CPPUNIT_TEST_SUITE_END();

    struct Load
    {
        std::atomic<bool> over{false};
        std::atomic<unsigned> registered{0};
        std::atomic<unsigned> failed{0};

        void registerPeers(const std::string& url, std::uint64_t firstKey)
        {
            const testkit::Rest rest(url);
            for (std::uint64_t key = firstKey; !over; ++key) {
                const std::string id = testkit::testKey(key).publicKey().hex();
                const auto made = rest.post("/peers", R"({"id": ")" + id + R"(", "ip": "10.0.0.1"})");
                const auto shown = rest.get("/peers/" + id);
                const bool good = made.status == 201 && shown.status == 200;
                ++(good ? registered : failed);
            }
        }
    };

    void noRequestIsLostOrRefused()
    {
        constexpr unsigned reloads = 30;
        constexpr std::uint64_t keysApart = 1'000'000;
        Bootnode node(Properties{{"waymark.plugins", "registry-sqlite, discv4, http-api"}});
        Load load;
        std::vector<std::jthread> clients;
        for (std::uint64_t i = 0; i < 2; ++i)
            clients.emplace_back([&, i] { load.registerPeers(node.rest().url(), 1 + i * keysApart); });
        for (unsigned i = 0; i < reloads; ++i) {
            const std::string interval = std::to_string(10 + i) + "s";
            CPPUNIT_ASSERT(node.reload({{"discv4.lookup-interval", interval}, {"http-api.max-body", "32k"}}));
            CPPUNIT_ASSERT(!node.reload({{"http-api.max-body", "much"}}));
            const unsigned before = load.registered;
            node.awaitUntil("another registration",
                            [&] { return load.registered > before || load.failed > 0; });
        }
        load.over = true;
        clients.clear();
        CPPUNIT_ASSERT_EQUAL(0U, load.failed.load());
        CPPUNIT_ASSERT_EQUAL(std::size_t{load.registered}, node.registry().size());
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(ReloadUnderLoadTest);

} // namespace waymark::scenarios
