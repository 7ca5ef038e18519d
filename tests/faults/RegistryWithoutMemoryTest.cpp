#include <waymark/registry/StoredRegistry.h>
#include <waymark/testkit/TestKeys.h>
#include <waymark/testkit/fault/FailingMemory.h>

#include <cppunit/extensions/HelperMacros.h>

#include <string>

namespace waymark::registry
{

using testkit::fault::FailingMemory;

/// Whatever allocation fails: everybody who asked is told, and health says when the registry is at its end.
class RegistryWithoutMemoryTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(RegistryWithoutMemoryTest);
    CPPUNIT_TEST(everyChangeIsAnswered);
    CPPUNIT_TEST_SUITE_END();

    static PutClaim claim(std::uint64_t key)
    {
        const node::NodeEndpoint endpoint{node::IpAddress::v4(10, 0, 0, 1), 30303, 0};
        return {{std::string(apiOrigin), Peer::at(testkit::testKey(key).publicKey(), endpoint)}};
    }

    struct Told
    {
        int good = 0;
        int refused = 0;
    };

    static void change(StoredRegistry& registry, std::uint64_t key, Told& told)
    {
        registry.apply({claim(key)},
                       [&told](const Result<ApplyReport>& report) { ++(report ? told.good : told.refused); });
    }

    /// True when the allocation was needed at all.
    static bool failsAt(std::uint64_t allocation)
    {
        StoredRegistry registry({.backend = "memory", .limits = {}});
        registry.open();
        ChangeBatch batch{claim(1)};
        Told first;
        bool wasThrown = false;
        bool failed = false;
        {
            const FailingMemory memory(allocation, FailingMemory::Fails::once);
            try {
                registry.apply(std::move(batch), [&first](const Result<ApplyReport>& report) {
                    ++(report ? first.good : first.refused);
                });
            } catch (const std::bad_alloc&) {
                wasThrown = true; // before the change was taken
            }
            failed = memory.hasFailed();
        }
        const std::string which = "allocation " + std::to_string(allocation);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(which, 1, first.good + first.refused + (wasThrown ? 1 : 0));
        const bool isBroken = registry.health().status == observe::HealthStatus::failed;
        CPPUNIT_ASSERT_MESSAGE(which, isBroken || registry.size() == static_cast<std::size_t>(first.good));
        Told later;
        for (std::uint64_t key = 2; key < 5; ++key)
            change(registry, key, later);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(which, isBroken ? 0 : 3, later.good);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(which, isBroken ? 3 : 0, later.refused);
        return failed;
    }

    void everyChangeIsAnswered()
    {
        std::uint64_t allocation = 0;
        while (failsAt(allocation))
            ++allocation;
        CPPUNIT_ASSERT(allocation > 10);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(RegistryWithoutMemoryTest);

} // namespace waymark::registry
