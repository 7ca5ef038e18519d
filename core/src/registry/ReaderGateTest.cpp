#include "registry/ReaderGate.h"

#include <cppunit/extensions/HelperMacros.h>

#include <atomic>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

namespace waymark::registry
{

class ReaderGateTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(ReaderGateTest);
    CPPUNIT_TEST(aRoundWithoutReadersIsOverAtOnce);
    CPPUNIT_TEST(waitsForWhoIsInside);
    CPPUNIT_TEST(newcomersDoNotHoldARoundUp);
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

} // namespace waymark::registry
