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
    CPPUNIT_TEST(acknowledgedChangesSurviveKill);
    CPPUNIT_TEST(acknowledgedChangesSurviveKillWithoutSyncs);
    CPPUNIT_TEST(theIdentitySurvivesKill);
    CPPUNIT_TEST_SUITE_END();

    /// What clients were told, whose last request each may have met its end on the way.
    class Acknowledged
    {
    public:
        void registered(const std::string& id)
        {
            const std::lock_guard lock(_mutex);
            _there.insert(id);
        }
        /// Whether it goes is open until removed().
        void removing(const std::string& id)
        {
            const std::lock_guard lock(_mutex);
            _there.erase(id);
        }
        void removed(const std::string& id)
        {
            const std::lock_guard lock(_mutex);
            _gone.insert(id);
        }
        std::size_t size() const
        {
            const std::lock_guard lock(_mutex);
            return _there.size() + _gone.size();
        }
        std::set<std::string> there() const
        {
            const std::lock_guard lock(_mutex);
            return _there;
        }
        std::set<std::string> gone() const
        {
            const std::lock_guard lock(_mutex);
            return _gone;
        }

    private:
        mutable std::mutex _mutex;
        std::set<std::string> _there;
        std::set<std::string> _gone;
    };

    /// Registers peers and removes every third of them again.
    static void changeUntilKilled(const testkit::Rest& rest, Acknowledged& acknowledged)
    {
        SystemRandom random;
        for (int number = 0;; ++number) {
            const std::string id = "0x" + node::SecretKey::generate(random).publicKey().hex();
            const auto answer =
                rest.post("/peers", R"({"id": ")" + id + R"(", "ip": "10.0.0.1", "tcp_port": 30303})");
            if (answer.status != 201)
                return;
            acknowledged.registered(id);
            if (number % 3 != 2)
                continue;
            acknowledged.removing(id);
            if (rest.remove("/peers/" + id).status != 200)
                return;
            acknowledged.removed(id);
        }
    }

    static void keepsWhatItAcknowledged(const std::string& durability, std::size_t rounds)
    {
        constexpr std::size_t clients = 4;
        const testkit::TemporaryFolder folder;
        const testkit::Properties sqlite{{"waymark.plugins", "registry-sqlite, discv4, http-api"},
                                         {"registry-sqlite.durability", durability}};
        Acknowledged acknowledged;
        for (std::size_t round = 0; round < rounds; ++round) {
            testkit::Daemon daemon(folder.path(), sqlite);
            const std::size_t enough = acknowledged.size() + 40 + 17 * round;
            std::vector<std::jthread> writers;
            for (std::size_t i = 0; i < clients; ++i)
                writers.emplace_back([&] { changeUntilKilled(daemon.rest(), acknowledged); });
            while (acknowledged.size() < enough)
                std::this_thread::yield();
            daemon.process().signal(SIGKILL);
            daemon.process().waitForExit();
            writers.clear();
            const testkit::Daemon again(folder.path(), sqlite);
            for (const std::string& id : acknowledged.there())
                CPPUNIT_ASSERT_EQUAL_MESSAGE(id, 200, again.rest().get("/peers/" + id).status);
            for (const std::string& id : acknowledged.gone())
                CPPUNIT_ASSERT_EQUAL_MESSAGE(id, 404, again.rest().get("/peers/" + id).status);
        }
        CPPUNIT_ASSERT(!acknowledged.there().empty() && !acknowledged.gone().empty());
    }

    void acknowledgedChangesSurviveKill() { keepsWhatItAcknowledged("full", 8); }
    void acknowledgedChangesSurviveKillWithoutSyncs() { keepsWhatItAcknowledged("normal", 4); }

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
