#include <waymark/contract/PeerRegistrySuite.h>
#include <waymark/contract/PluginRegistry.h>
#include <waymark/plugin/Export.h>

#include <cppunit/extensions/HelperMacros.h>

extern "C" const waymark::plugin::StaticPlugin* waymark_static_plugin_registry_memory();

namespace waymark::registry
{

using contract::apply;
using contract::drop;
using contract::outcomeOf;
using contract::PluginRegistry;
using contract::put;
using contract::testPeer;
using contract::testPeerWithEnr;

namespace
{

std::unique_ptr<plugin::Plugin> makePlugin()
{
    return std::unique_ptr<plugin::Plugin>(waymark_static_plugin_registry_memory()->create());
}

} // namespace

class MemoryRegistryContractTest : public contract::PeerRegistrySuite
{
    CPPUNIT_TEST_SUB_SUITE(MemoryRegistryContractTest, contract::PeerRegistrySuite);
    CPPUNIT_TEST_SUITE_END();

    std::unique_ptr<contract::RegistryUnderTest> make() override
    {
        return std::make_unique<PluginRegistry>(makePlugin);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(MemoryRegistryContractTest);

class MemoryRegistryTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(MemoryRegistryTest);
    CPPUNIT_TEST(startsANewEpochEmpty);
    CPPUNIT_TEST(holdsAtMostMaximumPeers);
    CPPUNIT_TEST(boundsTombstones);
    CPPUNIT_TEST(boundsHistory);
    CPPUNIT_TEST(isHealthyWhileItRuns);
    CPPUNIT_TEST(showsItsSizeAsAMetric);
    CPPUNIT_TEST(stopsBeforeItStarted);
    CPPUNIT_TEST_SUITE_END();

    void startsANewEpochEmpty()
    {
        PluginRegistry backend(makePlugin);
        outcomeOf(backend.registry(), put(testPeer(1)));
        const Revision before = backend.registry().revision();
        backend.reopen();
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, backend.registry().size());
        CPPUNIT_ASSERT(backend.registry().revision().epoch != before.epoch);
        CPPUNIT_ASSERT(!backend.registry().watch(before, {}).has_value());
    }

    void holdsAtMostMaximumPeers()
    {
        PluginRegistry backend(makePlugin, {{"maximum-peers", "2"}});
        CPPUNIT_ASSERT(apply(backend.registry(), {put(testPeer(1)), put(testPeer(2))}).has_value());
        const auto third = apply(backend.registry(), {put(testPeer(3))});
        CPPUNIT_ASSERT(!third.has_value());
        CPPUNIT_ASSERT(third.error().code == ErrorCode::unavailable);
        CPPUNIT_ASSERT(apply(backend.registry(), {drop(1), put(testPeer(3))}).has_value());
    }

    void boundsTombstones()
    {
        PluginRegistry backend(makePlugin, {{"tombstones", "1"}});
        for (std::uint64_t peer = 1; peer <= 2; ++peer) {
            outcomeOf(backend.registry(), put(testPeerWithEnr(peer, 5)));
            outcomeOf(backend.registry(), drop(peer));
        }
        CPPUNIT_ASSERT(outcomeOf(backend.registry(), put(testPeerWithEnr(1, 4))) == Outcome::created);
        CPPUNIT_ASSERT(outcomeOf(backend.registry(), put(testPeerWithEnr(2, 4))) == Outcome::stale);
    }

    void boundsHistory()
    {
        PluginRegistry backend(makePlugin, {{"history", "1"}});
        const Revision start = backend.registry().revision();
        outcomeOf(backend.registry(), put(testPeer(1)));
        CPPUNIT_ASSERT(backend.registry().watch(start, {}).has_value());
        outcomeOf(backend.registry(), put(testPeer(2)));
        CPPUNIT_ASSERT(!backend.registry().watch(start, {}).has_value());
    }

    void isHealthyWhileItRuns()
    {
        PluginRegistry backend(makePlugin);
        CPPUNIT_ASSERT(backend.run().plugin().health().status == observe::HealthStatus::ok);
        backend.stop();
        CPPUNIT_ASSERT(backend.run().plugin().health().status == observe::HealthStatus::failed);
    }

    void showsItsSizeAsAMetric()
    {
        PluginRegistry backend(makePlugin);
        outcomeOf(backend.registry(), put(testPeer(1)));
        outcomeOf(backend.registry(), put(testPeer(2)));
        const std::string text = backend.run().metrics().expose();
        CPPUNIT_ASSERT(text.find("waymark_registry_peers{backend=\"memory\"} 2") != std::string::npos);
        const auto created = backend.run().metrics().value("waymark_registry_changes_total",
                                                           {{"backend", "memory"}, {"outcome", "created"}});
        CPPUNIT_ASSERT_EQUAL(2.0, created.value());
    }

    void stopsBeforeItStarted()
    {
        const auto plugin = makePlugin();
        plugin->stop(MonotonicTime());
        contract::PluginRun run(makePlugin(), {}, "/nonexistent");
        run.stop();
        CPPUNIT_ASSERT(run.plugin().health().status == observe::HealthStatus::failed);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(MemoryRegistryTest);

} // namespace waymark::registry
