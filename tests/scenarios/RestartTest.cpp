#include "Seeking.h"

#include <cppunit/extensions/HelperMacros.h>

namespace waymark::scenarios
{

using testkit::Bootnode;
using testkit::Identity;
using testkit::Properties;

/// A bootnode dies and comes back, with its key or with another.
class RestartTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(RestartTest);
    CPPUNIT_TEST(clientsGoOnWithABootnodeThatKeptItsKey);
    CPPUNIT_TEST(clientsDoNotMistakeAnotherForTheOneTheyKnew);
    CPPUNIT_TEST_SUITE_END();

    Bootnode _bootnode{Properties{{"waymark.plugins", "registry-sqlite, discv4, http-api"}}};
    Bootnode _registered;

    Properties clientOf(const std::string& enode) { return {{"discv4.bootnodes", enode}}; }

public:
    void setUp() override
    {
        _bootnode.enroll(_registered.local().key(), _registered.local().advertised().value());
    }

private:
    void clientsGoOnWithABootnodeThatKeptItsKey()
    {
        Bootnode client(clientOf(_bootnode.enode()));
        find(client, _registered.local().key());
        const std::string enr = _bootnode.enr();
        _bootnode.kill();
        _bootnode.respawn();
        CPPUNIT_ASSERT_EQUAL(enr, _bootnode.enr());
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, _bootnode.registry().size());
        find(client, _bootnode.local().key());
        // One that never heard of the first life is served as well.
        Bootnode newcomer(clientOf(_bootnode.enode()));
        find(newcomer, _registered.local().key());
    }

    void clientsDoNotMistakeAnotherForTheOneTheyKnew()
    {
        const std::string before = _bootnode.enode();
        const auto keyBefore = _bootnode.local().key();
        _bootnode.kill();
        _bootnode.respawn(Identity::fresh);
        CPPUNIT_ASSERT(_bootnode.enode() != before);
        // Who is told of the new one finds it, and through it what is registered.
        Bootnode told(clientOf(_bootnode.enode()));
        find(told, _registered.local().key());
        CPPUNIT_ASSERT(knows(told, _bootnode.local().key()));
        // Who has the old URL pings an address where nobody has that key.
        Bootnode behind(clientOf(before));
        behind.awaitMetric("waymark_discv4_packets_sent_total", {{"type", "ping"}},
                           [](double sent) { return sent >= 2; });
        CPPUNIT_ASSERT(!knows(behind, keyBefore));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(RestartTest);

} // namespace waymark::scenarios
