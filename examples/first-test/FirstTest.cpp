#include <waymark/testkit/Bootnode.h>

#include <cppunit/extensions/HelperMacros.h>

using waymark::testkit::Bootnode;
using waymark::testkit::Properties;

class FirstTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(FirstTest);
    CPPUNIT_TEST(whatWasAcknowledgedIsThereAfterAKill);
    CPPUNIT_TEST(tenMinutesPassAtOnce);
    CPPUNIT_TEST_SUITE_END();

    void whatWasAcknowledgedIsThereAfterAKill()
    {
        Bootnode other; // whose enode is registered
        Bootnode node(Properties{{"waymark.plugins", "registry-sqlite, discv4, http-api"}});
        const auto answer = node.rest().post("/peers", R"({"enode": ")" + other.enode() + R"("})");
        CPPUNIT_ASSERT_EQUAL_MESSAGE(answer.body, 201, answer.status); // as your client does
        node.kill();                                                   // as kill -9 does
        node.respawn();                                                // the same key and ports
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, node.registry().size());
    }

    void tenMinutesPassAtOnce()
    {
        Bootnode node({.manualTime = true}); // its clock stands still
        node.advance(std::chrono::minutes(10));
        CPPUNIT_ASSERT_EQUAL(200, node.rest().get("/health").status);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(FirstTest);
