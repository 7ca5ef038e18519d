#include <waymark/base/Random.h>
#include <waymark/node/Key.h>
#include <waymark/testkit/Daemon.h>
#include <waymark/testkit/TemporaryFolder.h>

#include <cppunit/extensions/HelperMacros.h>

#include <csignal>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

namespace waymark
{

/// Acknowledged means kept: what a client was told is registered is there after a kill -9.
class DurabilityTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(DurabilityTest);
    CPPUNIT_TEST(acknowledgedPeersSurviveKill);
    CPPUNIT_TEST(theIdentitySurvivesKill);
    CPPUNIT_TEST_SUITE_END();

    class Acknowledged
    {
    public:
        void add(const std::string& id)
        {
            const std::lock_guard lock(_mutex);
            _ids.insert(id);
        }
        std::size_t size() const
        {
            const std::lock_guard lock(_mutex);
            return _ids.size();
        }
        std::set<std::string> ids() const
        {
            const std::lock_guard lock(_mutex);
            return _ids;
        }

    private:
        mutable std::mutex _mutex;
        std::set<std::string> _ids;
    };

    static void registerUntilKilled(const testkit::Rest& rest, Acknowledged& acknowledged)
    {
        SystemRandom random;
        for (;;) {
            const std::string id = "0x" + node::SecretKey::generate(random).publicKey().hex();
            const auto answer =
                rest.post("/peers", R"({"id": ")" + id + R"(", "ip": "10.0.0.1", "tcp_port": 30303})");
            if (answer.status != 201)
                return;
            acknowledged.add(id);
        }
    }

    void acknowledgedPeersSurviveKill()
    {
        constexpr std::size_t rounds = 4;
        constexpr std::size_t clients = 4;
        constexpr std::size_t eachRound = 60;
        const testkit::TemporaryFolder folder;
        const testkit::Properties sqlite{{"waymark.plugins", "registry-sqlite, discv4, http-api"}};
        Acknowledged acknowledged;
        for (std::size_t round = 0; round < rounds; ++round) {
            testkit::Daemon daemon(folder.path(), sqlite);
            const std::size_t enough = acknowledged.size() + eachRound;
            {
                std::vector<std::jthread> writers;
                for (std::size_t i = 0; i < clients; ++i)
                    writers.emplace_back([&] { registerUntilKilled(daemon.rest(), acknowledged); });
                while (acknowledged.size() < enough)
                    std::this_thread::yield();
                daemon.process().signal(SIGKILL);
                daemon.process().waitForExit();
            }
            const testkit::Daemon again(folder.path(), sqlite);
            for (const std::string& id : acknowledged.ids())
                CPPUNIT_ASSERT_EQUAL_MESSAGE(id, 200, again.rest().get("/peers/" + id).status);
        }
    }

    void theIdentitySurvivesKill()
    {
        const testkit::TemporaryFolder folder;
        std::string first;
        {
            testkit::Daemon daemon(folder.path(), {});
            first = daemon.info()->getValue<std::string>("peer_id");
            daemon.process().signal(SIGKILL);
            daemon.process().waitForExit();
        }
        const testkit::Daemon daemon(folder.path(), {});
        CPPUNIT_ASSERT_EQUAL(first, daemon.info()->getValue<std::string>("peer_id"));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(DurabilityTest);

} // namespace waymark
