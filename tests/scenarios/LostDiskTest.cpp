#include "Seeking.h"

#include <waymark/testkit/TestKeys.h>
#include <waymark/testkit/fault/FaultInjector.h>

#include <cppunit/extensions/HelperMacros.h>

#include <atomic>

namespace waymark::scenarios
{

using testkit::Bootnode;

/// A bootnode loses its disk, for a while or with all that was not synced.
class LostDiskTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(LostDiskTest);
    CPPUNIT_TEST(servesWhatItKnowsWhileTheDiskIsFull);
    CPPUNIT_TEST(servesWhatItKnowsWhileTheDiskIsReadOnly);
    CPPUNIT_TEST(namesTheThreadsThatADiskHoldsUp);
    CPPUNIT_TEST(isItselfAfterAPowerCut);
    CPPUNIT_TEST_SUITE_END();

    Bootnode _registered;
    Bootnode _bootnode{testkit::Properties{{"waymark.plugins", "registry-sqlite, discv4, http-api"}}};

public:
    void setUp() override
    {
        _bootnode.enroll(_registered.local().key(), _registered.local().advertised().value());
    }
    void tearDown() override { _bootnode.disk().mend(); }

private:
    static std::string registration(std::uint64_t number)
    {
        return R"({"enode": "enode://)" + testkit::testKey(number).publicKey().hex() +
               R"(@127.0.0.1:30303"})";
    }

    void assertOnlyRegistrationStops(const std::string& words)
    {
        const auto refused = _bootnode.rest().post("/peers", registration(7));
        CPPUNIT_ASSERT_MESSAGE(refused.body, refused.status >= 500);
        const auto health = _bootnode.rest().get("/health");
        CPPUNIT_ASSERT_MESSAGE(health.body, health.body.find(words) != std::string::npos);
        CPPUNIT_ASSERT_EQUAL(200, _bootnode.rest().get("/peers").status);
        Bootnode client(testkit::Properties{{"discv4.bootnodes", _bootnode.enode()}});
        find(client, _registered.local().key());
        _bootnode.disk().mend();
        const auto accepted = _bootnode.rest().post("/peers", registration(8));
        CPPUNIT_ASSERT_MESSAGE(accepted.body, accepted.status / 100 == 2);
        CPPUNIT_ASSERT(_bootnode.rest().get("/health").body.find(words) == std::string::npos);
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, _bootnode.registry().size());
    }

    void servesWhatItKnowsWhileTheDiskIsFull()
    {
        _bootnode.disk().fillDisk();
        assertOnlyRegistrationStops("the disk is full");
    }

    void servesWhatItKnowsWhileTheDiskIsReadOnly()
    {
        _bootnode.disk().makeReadOnly();
        assertOnlyRegistrationStops("registry.db");
    }

    void namesTheThreadsThatADiskHoldsUp()
    {
        _bootnode.set({{"registry-sqlite.busy-timeout", "0ms"}, {"discv4.save-interval", "1s"}});
        _bootnode.respawn();
        _bootnode.disk().holdSyncs();
        std::atomic<bool> isAnswered{false};
        _bootnode.registry().apply(
            {registry::PutClaim{{"test", registry::Peer::at(testkit::testKey(7).publicKey(),
                                                            _registered.local().advertised().value())}}},
            [&](const auto&) { isAnswered = true; });
        CPPUNIT_ASSERT(_bootnode.disk().awaitHeldSync());
        const auto tells = [this](const char* words) {
            return _bootnode.rest().get("/readyz").body.find(words) != std::string::npos;
        };
        _bootnode.awaitUntil("the hung threads in health",
                             [&] { return tells("thread reg-sqlite") && tells("thread discv4-keeper"); });
        CPPUNIT_ASSERT(!isAnswered);
        Bootnode client(testkit::Properties{{"discv4.bootnodes", _bootnode.enode()}});
        find(client, _registered.local().key());
        _bootnode.disk().mend();
        _bootnode.awaitUntil("health", [&] { return isAnswered && !tells("thread "); });
    }

    void isItselfAfterAPowerCut()
    {
        const auto key = _bootnode.local().key();
        _bootnode.cutPower();
        _bootnode.respawn();
        CPPUNIT_ASSERT(_bootnode.local().key() == key);
        CPPUNIT_ASSERT(_bootnode.registry().find(node::PeerId(_registered.local().key())).has_value());
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(LostDiskTest);

} // namespace waymark::scenarios
