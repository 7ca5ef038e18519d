#include "Peer.h"

#include <waymark/testkit/TestKeys.h>
#include <waymark/testkit/fault/FaultInjector.h>

#include <cppunit/extensions/HelperMacros.h>

#include <atomic>
#include <set>

namespace waymark::scenarios
{

using namespace std::chrono_literals;
using conformance::Peer;
using testkit::Bootnode;

/// A registration ends by itself.
class LeaseTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(LeaseTest);
    CPPUNIT_TEST(discoveryForgetsAPeerWhoseLeaseEndsWhileTheDiskHangs);
    CPPUNIT_TEST_SUITE_END();

    // It is asked again and again, faster than it would let anybody.
    Bootnode _bootnode{testkit::Properties{{"waymark.plugins", "registry-sqlite, discv4, http-api"},
                                           {"discv4.workers", "1"},
                                           {"discv4.known-rate", "0"},
                                           {"discv4.question-rate", "0"}}};

    std::uint64_t _asked = 0;

    static node::PublicKey key(std::uint64_t number) { return testkit::testKey(number).publicKey(); }

    /// Whom NEIGHBORS has near this node; nobody also when so many questions are not answered.
    std::set<node::PublicKey> ask(Peer& asking, std::uint64_t number)
    {
        // The same packet twice would be taken for a replay.
        asking.send(discv4::wire::FindNode{key(number), conformance::soon() + ++_asked});
        std::set<node::PublicKey> told;
        for (const Peer::Heard& heard : asking.heard()) {
            if (const auto* const answer = std::get_if<discv4::wire::Neighbors>(&heard.message)) {
                for (const auto& neighbor : answer->nodes())
                    told.insert(neighbor.key);
            }
        }
        return told;
    }

public:
    void tearDown() override { _bootnode.disk().mend(); }

private:
    void discoveryForgetsAPeerWhoseLeaseEndsWhileTheDiskHangs()
    {
        constexpr std::uint64_t staying = 50;
        constexpr std::uint64_t leased = 51;
        _bootnode.enroll(key(staying), {conformance::firstAddress, 40'050, 0});
        const std::string id = R"({"id":")" + key(leased).hex() + R"(","ip":"127.0.0.1","ttl":)";
        CPPUNIT_ASSERT_EQUAL(201, _bootnode.rest().post("/peers", id + "3600}").status);
        Peer asking(_bootnode, 2);
        asking.bond();
        CPPUNIT_ASSERT(ask(asking, leased).contains(key(leased)));
        CPPUNIT_ASSERT_EQUAL(201, _bootnode.rest().post("/peers", id + "2}").status);

        _bootnode.disk().holdSyncs();
        std::atomic<bool> isAnswered{false};
        _bootnode.registry().apply(
            {registry::PutClaim{
                {"test", registry::Peer::at(key(52), {conformance::firstAddress, 40'052, 0})}}},
            [&](const auto&) { isAnswered = true; });
        CPPUNIT_ASSERT(_bootnode.disk().awaitHeldSync());
        _bootnode.awaitUntil("an answer with the other peer alone", [&] {
            const auto told = ask(asking, leased);
            return told.contains(key(staying)) && !told.contains(key(leased));
        });
        const std::string path = "/peers/" + key(leased).hex();
        CPPUNIT_ASSERT_EQUAL(404, _bootnode.rest().get(path).status);
        CPPUNIT_ASSERT(!isAnswered);

        _bootnode.disk().mend();
        _bootnode.awaitMetric("waymark_registry_expired_total", {{"backend", "sqlite"}},
                              [](double count) { return count == 1; });
        _bootnode.awaitUntil("the answer that the disk held up", [&] { return isAnswered.load(); });
        _bootnode.kill();
        _bootnode.respawn();
        CPPUNIT_ASSERT_EQUAL(404, _bootnode.rest().get(path).status);
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, _bootnode.registry().size());
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(LeaseTest);

} // namespace waymark::scenarios
