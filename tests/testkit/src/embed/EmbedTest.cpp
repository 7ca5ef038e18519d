#include <cppunit/extensions/HelperMacros.h>

#include <array>
#include <string>
#include <utility>
#include <waymark_embed.h>

namespace waymark::testkit
{

/// The C functions as a caller in another language meets them.
class EmbedTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(EmbedTest);
    CPPUNIT_TEST(startsKillsAndRespawns);
    CPPUNIT_TEST(refusalTellsCodeAndReason);
    CPPUNIT_TEST(stringsHoldForAsLongAsTheHandle);
    CPPUNIT_TEST(whatDoesNotRunSaysSo);
    CPPUNIT_TEST(misuseIsToldAndHarmless);
    CPPUNIT_TEST(waitsForEventsAndMetrics);
    CPPUNIT_TEST(reloadIsAllOrNothing);
    CPPUNIT_TEST(manualTimeAdvances);
    CPPUNIT_TEST_SUITE_END();

    waymark_bootnode* _node = nullptr;

public:
    void tearDown() override { waymark_bootnode_free(_node); }

private:
    void start() { CPPUNIT_ASSERT_EQUAL(WAYMARK_EMBED_OK, waymark_bootnode_start(nullptr, &_node)); }

    static bool errorHas(const std::string& text)
    {
        return std::string(waymark_embed_error()).find(text) != std::string::npos;
    }

    void startsKillsAndRespawns()
    {
        start();
        const std::string enode = waymark_bootnode_enode(_node);
        CPPUNIT_ASSERT_EQUAL(WAYMARK_EMBED_OK, waymark_bootnode_kill(_node));
        CPPUNIT_ASSERT(waymark_bootnode_enode(_node) == nullptr);
        CPPUNIT_ASSERT(errorHas("does not run"));
        CPPUNIT_ASSERT_EQUAL(WAYMARK_EMBED_OK, waymark_bootnode_respawn(_node, WAYMARK_RESPAWN_SAME));
        CPPUNIT_ASSERT_EQUAL(enode, std::string(waymark_bootnode_enode(_node)));
        CPPUNIT_ASSERT_EQUAL(WAYMARK_EMBED_OK,
                             waymark_bootnode_respawn(_node, WAYMARK_RESPAWN_FRESH_IDENTITY));
        CPPUNIT_ASSERT(enode != waymark_bootnode_enode(_node));
    }

    void refusalTellsCodeAndReason()
    {
        const std::array<const char*, 2> misspelt{"discv4.lisen=127.0.0.1:0", nullptr};
        CPPUNIT_ASSERT_EQUAL(78, waymark_bootnode_start(misspelt.data(), &_node));
        CPPUNIT_ASSERT(_node == nullptr);
        CPPUNIT_ASSERT(errorHas("discv4.listen?"));
    }

    void stringsHoldForAsLongAsTheHandle()
    {
        start();
        const char* const enode = waymark_bootnode_enode(_node);
        const char* const url = waymark_bootnode_http_url(_node);
        const char* const enr = waymark_bootnode_enr(_node);
        const std::array kept{std::string(enode), std::string(url), std::string(enr)};
        CPPUNIT_ASSERT(waymark_bootnode_udp(_node) != nullptr);
        CPPUNIT_ASSERT(waymark_bootnode_folder(_node) != nullptr);
        CPPUNIT_ASSERT(kept[0].starts_with("enode://"));
        CPPUNIT_ASSERT(kept[1].starts_with("http://"));
        CPPUNIT_ASSERT(kept[2].starts_with("enr:"));
        // A fresh port may be the one from before, by chance.
        for (int i = 0; i < 5 && kept[1] == waymark_bootnode_http_url(_node); ++i)
            CPPUNIT_ASSERT_EQUAL(WAYMARK_EMBED_OK,
                                 waymark_bootnode_respawn(_node, WAYMARK_RESPAWN_FRESH_IDENTITY |
                                                                     WAYMARK_RESPAWN_FRESH_PORTS));
        CPPUNIT_ASSERT(kept[0] != waymark_bootnode_enode(_node));
        CPPUNIT_ASSERT(kept[1] != waymark_bootnode_http_url(_node));
        CPPUNIT_ASSERT(kept[2] != waymark_bootnode_enr(_node));
        CPPUNIT_ASSERT_EQUAL(kept[0], std::string(enode));
        CPPUNIT_ASSERT_EQUAL(kept[1], std::string(url));
        CPPUNIT_ASSERT_EQUAL(kept[2], std::string(enr));
    }

    void whatDoesNotRunSaysSo()
    {
        start();
        const std::string udp = waymark_bootnode_udp(_node);
        CPPUNIT_ASSERT_EQUAL(WAYMARK_EMBED_OK, waymark_bootnode_freeze(_node));
        CPPUNIT_ASSERT_EQUAL(WAYMARK_EMBED_OK, waymark_bootnode_stop(_node));
        for (const auto& known : {waymark_bootnode_enode, waymark_bootnode_enr, waymark_bootnode_http_url}) {
            CPPUNIT_ASSERT(known(_node) == nullptr);
            CPPUNIT_ASSERT_MESSAGE(waymark_embed_error(), errorHas("does not run"));
        }
        for (const auto& act : {waymark_bootnode_freeze, waymark_bootnode_thaw}) {
            CPPUNIT_ASSERT_EQUAL(WAYMARK_EMBED_MISUSE, act(_node));
            CPPUNIT_ASSERT_MESSAGE(waymark_embed_error(), errorHas("does not run"));
        }
        CPPUNIT_ASSERT_EQUAL(udp, std::string(waymark_bootnode_udp(_node)));
        CPPUNIT_ASSERT(waymark_bootnode_folder(_node) != nullptr);
        for (const auto& act : {waymark_bootnode_stop, waymark_bootnode_kill})
            CPPUNIT_ASSERT_EQUAL(WAYMARK_EMBED_OK, act(_node));
        // A node without discovery has no such place, and says which plugin it lacks.
        waymark_bootnode_free(std::exchange(_node, nullptr));
        const std::array<const char*, 3> noDiscovery{"waymark.plugins=registry-memory, http-api",
                                                     "discv4.listen=", nullptr};
        CPPUNIT_ASSERT_EQUAL(WAYMARK_EMBED_OK, waymark_bootnode_start(noDiscovery.data(), &_node));
        CPPUNIT_ASSERT(waymark_bootnode_udp(_node) == nullptr);
        CPPUNIT_ASSERT_MESSAGE(waymark_embed_error(), errorHas("discv4"));
    }

    void misuseIsToldAndHarmless()
    {
        CPPUNIT_ASSERT_EQUAL(WAYMARK_EMBED_MISUSE, waymark_bootnode_stop(nullptr));
        CPPUNIT_ASSERT(errorHas("NULL"));
        CPPUNIT_ASSERT_EQUAL(WAYMARK_EMBED_MISUSE, waymark_bootnode_start(nullptr, nullptr));
        const std::array<const char*, 2> noPair{"discv4.listen", nullptr};
        CPPUNIT_ASSERT_EQUAL(WAYMARK_EMBED_MISUSE, waymark_bootnode_start(noPair.data(), &_node));
        start();
        CPPUNIT_ASSERT_EQUAL(WAYMARK_EMBED_MISUSE, waymark_bootnode_advance(_node, 1));
        CPPUNIT_ASSERT_EQUAL(WAYMARK_EMBED_MISUSE, waymark_bootnode_respawn(_node, 64));
        CPPUNIT_ASSERT_EQUAL(WAYMARK_EMBED_MISUSE, waymark_bootnode_await_event(_node, nullptr, 1));
        CPPUNIT_ASSERT(waymark_bootnode_http_url(_node) != nullptr);
    }

    void waitsForEventsAndMetrics()
    {
        start();
        CPPUNIT_ASSERT_EQUAL(WAYMARK_EMBED_OK, waymark_bootnode_await_event(_node, "host.ready", 5000));
        CPPUNIT_ASSERT_EQUAL(WAYMARK_EMBED_TIMEOUT, waymark_bootnode_await_event(_node, "no.such", 1));
        double value = -1;
        CPPUNIT_ASSERT_EQUAL(WAYMARK_EMBED_OK,
                             waymark_bootnode_metric(_node, "no_such_total", nullptr, &value));
        CPPUNIT_ASSERT_EQUAL(0.0, value);
        CPPUNIT_ASSERT_EQUAL(WAYMARK_EMBED_TIMEOUT,
                             waymark_bootnode_await_metric(_node, "no_such_total", nullptr, 1, 1));
    }

    void reloadIsAllOrNothing()
    {
        start();
        const std::array<const char*, 2> good{"discv4.lookup-interval=7s", nullptr};
        const std::array<const char*, 2> bad{"discv4.lookup-interval=soon", nullptr};
        CPPUNIT_ASSERT_EQUAL(WAYMARK_EMBED_OK, waymark_bootnode_reload(_node, good.data()));
        CPPUNIT_ASSERT_EQUAL(WAYMARK_EMBED_REFUSED, waymark_bootnode_reload(_node, bad.data()));
        CPPUNIT_ASSERT(errorHas("discv4.lookup-interval"));
        CPPUNIT_ASSERT_EQUAL(WAYMARK_EMBED_OK, waymark_bootnode_reload(_node, nullptr));
    }

    void manualTimeAdvances()
    {
        CPPUNIT_ASSERT_EQUAL(WAYMARK_EMBED_OK, waymark_bootnode_start_manual_time(nullptr, &_node));
        CPPUNIT_ASSERT_EQUAL(WAYMARK_EMBED_OK, waymark_bootnode_freeze(_node));
        CPPUNIT_ASSERT_EQUAL(WAYMARK_EMBED_OK, waymark_bootnode_advance(_node, 60'000));
        CPPUNIT_ASSERT_EQUAL(WAYMARK_EMBED_OK, waymark_bootnode_thaw(_node));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(EmbedTest);

} // namespace waymark::testkit
