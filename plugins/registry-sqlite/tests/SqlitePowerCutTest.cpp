#include "RegistryHistory.h"
#include "SqliteFixture.h"

#include <waymark/testkit/TemporaryFolder.h>
#include <waymark/testkit/fault/FaultInjector.h>

#include <cppunit/extensions/HelperMacros.h>

#include <memory>
#include <set>

namespace waymark::registry
{

using contract::PluginRun;
using testkit::fault::CutPlace;
using testkit::fault::FaultInjector;
using testkit::fault::Operation;

/// After a power cut at any point every acknowledged change is there and nothing is there in part. Of leases
/// only renewals with the same ttl may be lost. The same check finds the losses when syncing is turned off.
class SqlitePowerCutTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(SqlitePowerCutTest);
    CPPUNIT_TEST(survivesACutDuringEverySingleChange);
    CPPUNIT_TEST(survivesTornWrites);
    CPPUNIT_TEST(survivesACutDuringACheckpoint);
    CPPUNIT_TEST(survivesManyCutsUnderLoad);
    CPPUNIT_TEST(losesNothingAtTwoHundredRandomMoments);
    CPPUNIT_TEST(losesAlmostAlwaysWithoutSynchronous);
    CPPUNIT_TEST(losesAlmostAlwaysOnALyingDisk);
    CPPUNIT_TEST(normalDurabilityLosesOnlyTheLast);
    CPPUNIT_TEST(normalDurabilityLosesNothingOverAStop);
    CPPUNIT_TEST_SUITE_END();

    enum class Syncing
    {
        honest,
        pragmaOff, ///< PRAGMA synchronous = OFF
        lyingDisk
    };

    /// A registry on a disk of its own, over several lives.
    class Machine
    {
    public:
        explicit Machine(std::uint64_t seed, std::string durability = "full")
            : _random(seed), _history(seed + 1, _clock), _values{{"durability", std::move(durability)}}
        {
        }

        FaultInjector& disk() noexcept { return _disk; }
        std::mt19937_64& random() noexcept { return _random; }

        void choose(Syncing syncing)
        {
            if (syncing == Syncing::pragmaOff)
                _disk.overridePragma("synchronous", "OFF");
            if (syncing == Syncing::lyingDisk)
                _disk.ignoreSyncs();
        }

        /// Starts the registry, asks `rounds` times for up to `burst` changes at once, and stops it; ends
        /// sooner when the power does.
        void live(std::uint64_t rounds, std::uint64_t burst)
        {
            try {
                PluginRun run(makeSqlitePlugin(), _values, _folder.path(), _clock, _timers);
                run.start();
                auto& registry = *run.service<PeerRegistry>();
                for (; rounds > 0 && !_disk.isCut(); --rounds) {
                    for (std::uint64_t i = 1 + _random() % burst; i > 0; --i)
                        _history.request(registry);
                    _history.await();
                    _timers.advance(std::chrono::milliseconds(_random() % 1'000));
                }
            } catch (const plugin::StartError& error) {
                CPPUNIT_ASSERT_MESSAGE(error.what(), _disk.isCut());
            }
        }

        std::size_t acknowledged() const { return _history.acknowledged(); }

        using Acknowledged = RegistryHistory::Acknowledged;

        /// Cuts the power, if that was not done, and looks at what is there when it comes back.
        std::optional<std::string> problemAfterCut(Acknowledged acknowledged = Acknowledged::isThere)
        {
            _disk.cut();
            _disk.powerOn();
            _clock.advance(std::chrono::minutes(1));
            try {
                PluginRun run(makeSqlitePlugin(), _values, _folder.path(), _clock, _timers);
                run.start();
                return _history.judge(*run.service<PeerRegistry>(), RegistryHistory::Refused::mayHaveHappened,
                                      acknowledged);
            } catch (const plugin::StartError& error) {
                return error.what();
            }
        }

    private:
        testkit::ManualClock _clock;
        testkit::ManualTimers _timers{_clock};
        testkit::TemporaryFolder _folder;
        FaultInjector _disk{_folder.path()};
        std::mt19937_64 _random;
        RegistryHistory _history;
        const PluginRun::Values _values;
    };

    static void assertFine(const std::optional<std::string>& problem, std::uint64_t seed,
                           std::uint64_t changes)
    {
        CPPUNIT_ASSERT_MESSAGE("seed " + std::to_string(seed) + ", cut after " + std::to_string(changes) +
                                   " changes: " + problem.value_or(""),
                               !problem);
    }

    /// Two lives with a cut after so many changes; false when both ended before it.
    static bool liveTwice(Machine& machine)
    {
        machine.live(5, 1);
        if (!machine.disk().isCut())
            machine.live(2, 1);
        return machine.disk().isCut();
    }

    void survivesACutDuringEverySingleChange()
    {
        std::set<CutPlace> places;
        std::uint64_t changes = 0;
        for (bool goesOn = true; goesOn; ++changes) {
            Machine machine(7);
            machine.disk().cutAfter(changes);
            goesOn = liveTwice(machine);
            if (goesOn)
                places.insert(machine.disk().cutPlace().value());
            assertFine(machine.problemAfterCut(), 7, changes);
        }
        CPPUNIT_ASSERT_MESSAGE(std::to_string(changes), changes > 50);
        // In a commit before and after the sync of the log, in a checkpoint, when the log is made and
        // removed.
        for (const CutPlace& place : {CutPlace{Operation::write, "registry.db-wal"},
                                      {Operation::sync, "registry.db-wal"},
                                      {Operation::write, "registry.db"},
                                      {Operation::sync, "registry.db"},
                                      {Operation::name, "registry.db-wal"}})
            CPPUNIT_ASSERT_MESSAGE(place.file, places.contains(place));
    }

    void survivesTornWrites()
    {
        for (std::uint64_t seed = 1; seed <= 3; ++seed) {
            std::uint64_t changes = 0;
            for (bool goesOn = true; goesOn; ++changes) {
                Machine machine(seed);
                machine.disk().cutTornAfter(changes, seed * 1'000 + changes);
                goesOn = liveTwice(machine);
                assertFine(machine.problemAfterCut(), seed, changes);
            }
        }
    }

    /// Cuts in a long life; true when it was in a checkpoint that SQLite makes because the log has grown.
    static bool cutsInCheckpoint(const CutPlace& place, std::uint64_t after, bool isTorn)
    {
        Machine machine(after);
        isTorn ? machine.disk().cutTornDuring(place, after, after) : machine.disk().cutDuring(place, after);
        machine.live(400, 2);
        const bool isDeep = machine.disk().isCut() && machine.acknowledged() > 300;
        assertFine(machine.problemAfterCut(), after, after);
        return isDeep;
    }

    void survivesACutDuringACheckpoint()
    {
        int cuts = 0;
        for (const bool isTorn : {false, true}) {
            for (std::uint64_t after = 3; after < 13; ++after)
                cuts += cutsInCheckpoint({Operation::write, "registry.db"}, after, isTorn) ? 1 : 0;
            for (std::uint64_t after = 1; after < 4; ++after)
                cuts += cutsInCheckpoint({Operation::sync, "registry.db"}, after, isTorn) ? 1 : 0;
        }
        CPPUNIT_ASSERT_MESSAGE(std::to_string(cuts), cuts >= 16);
    }

    void survivesManyCutsUnderLoad()
    {
        std::size_t acknowledged = 0;
        for (std::uint64_t seed = 1; seed <= 12; ++seed) {
            Machine machine(seed);
            for (int life = 0; life < 8; ++life) {
                const std::uint64_t changes = machine.random()() % (life % 4 == 3 ? 3'000 : 600);
                life % 2 == 0 ? machine.disk().cutAfter(changes)
                              : machine.disk().cutTornAfter(changes, machine.random()());
                machine.live(life % 4 == 3 ? 300 : 50, 12);
                acknowledged += machine.acknowledged();
                assertFine(machine.problemAfterCut(), seed, changes);
            }
        }
        CPPUNIT_ASSERT_MESSAGE(std::to_string(acknowledged), acknowledged > 1'000);
    }

    struct Verdict
    {
        int cuts = 0; ///< after something was acknowledged
        int losses = 0;
        std::string first;
    };

    /// Cuts the power at random moments of as many lives, and looks for what was acknowledged.
    static Verdict cutAtRandomMoments(Syncing syncing, int cuts)
    {
        Verdict verdict;
        for (std::uint64_t seed = 1; verdict.cuts < cuts; ++seed) {
            Machine machine(seed);
            machine.choose(syncing);
            const std::uint64_t changes = 20 + machine.random()() % 200;
            seed % 2 == 0 ? machine.disk().cutAfter(changes) : machine.disk().cutTornAfter(changes, seed);
            machine.live(50, 6);
            if (machine.acknowledged() == 0 || !machine.disk().isCut())
                continue;
            ++verdict.cuts;
            const auto problem = machine.problemAfterCut();
            verdict.losses += problem ? 1 : 0;
            if (problem && verdict.first.empty())
                verdict.first = "seed " + std::to_string(seed) + ": " + *problem;
        }
        return verdict;
    }

    void losesNothingAtTwoHundredRandomMoments()
    {
        const Verdict verdict = cutAtRandomMoments(Syncing::honest, 200);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(verdict.first, 0, verdict.losses);
    }

    static void assertLoses(const Verdict& verdict)
    {
        CPPUNIT_ASSERT_MESSAGE(std::to_string(verdict.losses) + " of " + std::to_string(verdict.cuts),
                               verdict.losses * 10 >= verdict.cuts * 9);
    }

    void losesAlmostAlwaysWithoutSynchronous() { assertLoses(cutAtRandomMoments(Syncing::pragmaOff, 60)); }
    void losesAlmostAlwaysOnALyingDisk() { assertLoses(cutAtRandomMoments(Syncing::lyingDisk, 60)); }

    void normalDurabilityLosesOnlyTheLast()
    {
        int lossesOfTheLast = 0;
        for (std::uint64_t seed = 1; seed <= 100; ++seed) {
            const auto lived = [seed] {
                auto machine = std::make_unique<Machine>(seed, "normal");
                const std::uint64_t changes = 20 + machine->random()() % 600;
                seed % 2 == 0 ? machine->disk().cutAfter(changes)
                              : machine->disk().cutTornAfter(changes, seed);
                machine->live(100, 6);
                return machine;
            };
            assertFine(lived()->problemAfterCut(RegistryHistory::Acknowledged::mayBeGone), seed, 0);
            lossesOfTheLast += lived()->problemAfterCut() ? 1 : 0;
        }
        CPPUNIT_ASSERT_MESSAGE(std::to_string(lossesOfTheLast), lossesOfTheLast >= 50);
    }

    void normalDurabilityLosesNothingOverAStop()
    {
        for (std::uint64_t seed = 1; seed <= 10; ++seed) {
            Machine machine(seed, "normal");
            machine.live(20, 6);
            CPPUNIT_ASSERT(machine.acknowledged() > 0);
            assertFine(machine.problemAfterCut(), seed, 0);
        }
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(SqlitePowerCutTest);

} // namespace waymark::registry
