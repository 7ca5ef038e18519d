#include <waymark/testkit/Bootnode.h>
#include <waymark/testkit/fault/FaultInjector.h>

#include <cppunit/extensions/HelperMacros.h>

using waymark::testkit::Bootnode;
using waymark::testkit::Properties;

class DiskTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(DiskTest);
    CPPUNIT_TEST(fullDiskIsToldAndPowerCutsLoseNothing);
    CPPUNIT_TEST_SUITE_END();

    void fullDiskIsToldAndPowerCutsLoseNothing()
    {
        const std::string body = R"({"enode": ")" + Bootnode().enode() + R"("})";
        // [ten lines]
        Bootnode node(Properties{{"waymark.plugins", "registry-sqlite, discv4, http-api"}});
        node.disk().fillDisk(); // the disk that the node's folder is on, and no other
        CPPUNIT_ASSERT_EQUAL(503, node.rest().post("/peers", body).status);
        CPPUNIT_ASSERT_EQUAL(200, node.rest().get("/peers").status); // reading and discovery go on
        node.disk().mend();
        CPPUNIT_ASSERT_EQUAL(201, node.rest().post("/peers", body).status); // acknowledged
        node.cutPower();                                                    // what was not synced is gone
        node.respawn();
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, node.registry().size());
        // [end]
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(DiskTest);
