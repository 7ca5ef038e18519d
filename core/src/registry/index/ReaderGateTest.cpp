#include "registry/index/ReaderGate.h"

#include <cppunit/extensions/HelperMacros.h>

#include <array>
#include <atomic>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

namespace waymark::registry::index
{

class ReaderGateTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(ReaderGateTest);
    CPPUNIT_TEST(aRoundWithoutReadersIsOverAtOnce);
    CPPUNIT_TEST(waitsForWhoIsInside);
    CPPUNIT_TEST(waitsForAnyThreadsReaders);
    CPPUNIT_TEST(waitsForTheLastOfOneThread);
    CPPUNIT_TEST(newcomersDoNotHoldARoundUp);
    CPPUNIT_TEST(roundsEndHoweverReadersOverlap);
    CPPUNIT_TEST(whatRoundsGiveBackNobodyReads);
    CPPUNIT_TEST_SUITE_END();

    void aRoundWithoutReadersIsOverAtOnce()
    {
        ReaderGate gate;
        gate.beginRound();
        CPPUNIT_ASSERT(gate.isOver());
    }

    void waitsForWhoIsInside()
    {
        ReaderGate gate;
        for (int round = 0; round < 5; ++round) {
            std::optional<ReaderGate::Pass> reader;
            reader.emplace(gate);
            gate.beginRound();
            for (int i = 0; i < 10; ++i)
                CPPUNIT_ASSERT(!gate.isOver());
            reader.reset();
            CPPUNIT_ASSERT(gate.isOver());
        }
    }

    void waitsForAnyThreadsReaders()
    {
        constexpr int moreThanThereAreLanes = 40;
        ReaderGate gate;
        for (int i = 0; i < moreThanThereAreLanes; ++i) {
            bool isOverEarly = true;
            std::thread([&] {
                const ReaderGate::Pass reader(gate);
                gate.beginRound();
                isOverEarly = gate.isOver() || gate.isOver() || gate.isOver();
            }).join();
            CPPUNIT_ASSERT(!isOverEarly);
            CPPUNIT_ASSERT(gate.isOver());
        }
    }

    void waitsForTheLastOfOneThread()
    {
        ReaderGate gate;
        std::optional<ReaderGate::Pass> first;
        std::optional<ReaderGate::Pass> last;
        first.emplace(gate);
        last.emplace(gate);
        gate.beginRound();
        first.reset();
        CPPUNIT_ASSERT(!gate.isOver());
        last.reset();
        CPPUNIT_ASSERT(gate.isOver());
    }

    void newcomersDoNotHoldARoundUp()
    {
        ReaderGate gate;
        for (int round = 0; round < 5; ++round) {
            std::optional<ReaderGate::Pass> reader;
            reader.emplace(gate);
            gate.beginRound();
            CPPUNIT_ASSERT(!gate.isOver());
            const ReaderGate::Pass newcomer(gate);
            reader.reset();
            CPPUNIT_ASSERT(gate.isOver());
        }
    }

    /// There are always some inside, in both phases: whoever leaves, a newcomer entered before.
    void roundsEndHoweverReadersOverlap()
    {
        constexpr std::size_t atOnce = 5;
        constexpr std::size_t steps = 1000;
        ReaderGate gate;
        std::array<std::optional<ReaderGate::Pass>, atOnce> readers;
        std::size_t rounds = 0;
        gate.beginRound();
        for (std::size_t step = 0; step < steps; ++step) {
            readers[step % atOnce].emplace(gate);
            readers[(step + 1) % atOnce].reset();
            if (gate.isOver()) {
                gate.beginRound();
                ++rounds;
            }
        }
        // One phase empties, then the other.
        CPPUNIT_ASSERT(rounds > steps / (4 * atOnce));
    }

    /// A value is replaced and, after a round, spoilt: no reader may see it spoilt.
    void whatRoundsGiveBackNobodyReads()
    {
        constexpr int rounds = 2000;
        struct Value
        {
            int number = 0;
            int same = 0;
        };
        ReaderGate gate;
        std::vector<Value> values(rounds + 1);
        std::atomic<const Value*> current{values.data()};
        std::atomic<bool> isWrong{false};
        std::atomic<bool> isOver{false};
        std::vector<std::thread> readers;
        for (int i = 0; i < 3; ++i)
            readers.emplace_back([&] {
                while (!isOver.load()) {
                    const ReaderGate::Pass pass(gate);
                    const Value* const value = current.load();
                    if (value->number != value->same)
                        isWrong = true;
                }
            });
        for (std::size_t i = 1; i <= rounds; ++i) {
            values[i] = {static_cast<int>(i), static_cast<int>(i)};
            current.store(&values[i]);
            gate.beginRound();
            while (!gate.isOver())
                std::this_thread::yield();
            values[i - 1].number = -1;
        }
        isOver = true;
        for (std::thread& reader : readers)
            reader.join();
        CPPUNIT_ASSERT(!isWrong);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(ReaderGateTest);

} // namespace waymark::registry::index
