#include "SqliteFixture.h"

#include <waymark/contract/RegistryFixtures.h>
#include <waymark/testkit/Process.h>

#include <cppunit/extensions/HelperMacros.h>

#include <chrono>
#include <csignal>
#include <random>
#include <set>
#include <sstream>

namespace waymark::registry
{

/// A daemon that dies without a word loses nothing that it acknowledged. (A kill leaves the kernel's caches,
/// so this shows the order of commit and acknowledgement, not the syncing.)
class SqliteKillTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(SqliteKillTest);
    CPPUNIT_TEST(keepsEveryAcknowledgedChangeWhenKilled);
    CPPUNIT_TEST_SUITE_END();

    static std::set<std::uint64_t> numbersAfter(const std::string& output, const std::string& word)
    {
        std::set<std::uint64_t> numbers;
        std::istringstream lines(output);
        std::string first;
        std::uint64_t number = 0;
        while (lines >> first >> number) {
            if (first == word)
                numbers.insert(number);
        }
        return numbers;
    }

    /// Runs the writer until it acknowledged about so many changes; what it printed.
    static std::string runAndKill(const std::filesystem::path& state, std::uint64_t first,
                                  std::uint64_t changes)
    {
        testkit::Process writer(WAYMARK_KILLED_WRITER, {state.string(), std::to_string(first)});
        writer.expectLine("put " + std::to_string(first + changes));
        writer.signal(SIGKILL);
        CPPUNIT_ASSERT_EQUAL(128 + SIGKILL, writer.waitForExit().value());
        return writer.output();
    }

    void keepsEveryAcknowledgedChangeWhenKilled()
    {
        const testkit::TemporaryFolder folder;
        std::mt19937_64 random(1);
        std::set<std::uint64_t> present;
        std::set<std::uint64_t> gone;
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(8);
        int rounds = 0;
        for (std::uint64_t first = 0; rounds < 5 || std::chrono::steady_clock::now() < end;
             first += 1'000'000) {
            const std::string output = runAndKill(folder.path(), first, random() % 400);
            present.merge(numbersAfter(output, "put"));
            // Whether a removal that was asked for but not acknowledged happened is open.
            for (const std::uint64_t number : numbersAfter(output, "dropping"))
                present.erase(number);
            gone.merge(numbersAfter(output, "drop"));
            contract::PluginRun run(makeSqlitePlugin(), {}, folder.path());
            run.start();
            const auto& registry = *run.service<PeerRegistry>();
            const auto is = [&](std::uint64_t number) {
                return registry.find(node::PeerId::parse("addr:peer-" + std::to_string(number)).value())
                    .has_value();
            };
            for (const std::uint64_t number : present)
                CPPUNIT_ASSERT_MESSAGE("lost " + std::to_string(number), is(number));
            for (const std::uint64_t number : gone)
                CPPUNIT_ASSERT_MESSAGE("back again " + std::to_string(number), !is(number));
            ++rounds;
        }
        CPPUNIT_ASSERT(!present.empty() && !gone.empty());
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(SqliteKillTest);

} // namespace waymark::registry
