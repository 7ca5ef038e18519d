#include "server/StreamQueue.h"

#include "server/Connection.h"

#include <cppunit/extensions/HelperMacros.h>

#include <memory>
#include <string>

namespace waymark::httpapi
{

/// What a stream keeps for its client, and for how long.
class StreamQueueTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(StreamQueueTest);
    CPPUNIT_TEST(holdsUpToItsLimit);
    CPPUNIT_TEST(holdsNothingAfterItsStreamThoughItsWriterStays);
    CPPUNIT_TEST(oneThatClosesGivesWhatWasWritten);
    CPPUNIT_TEST_SUITE_END();

    std::shared_ptr<HeldBytes> _held = std::make_shared<HeldBytes>();

public:
    void setUp() override { _held->limit(1000); }

private:
    std::shared_ptr<StreamQueue> queue(std::size_t limit) const
    {
        return std::make_shared<StreamQueue>(StreamQueue::Shared{{}, _held}, 7, limit);
    }

    void holdsUpToItsLimit()
    {
        const auto full = queue(10);
        CPPUNIT_ASSERT(full->write("1234567890"));
        CPPUNIT_ASSERT_EQUAL(std::size_t(10), _held->count());
        CPPUNIT_ASSERT(!full->write("1"));
        CPPUNIT_ASSERT(full->overflowed());
        const auto other = queue(10000);
        CPPUNIT_ASSERT(other->write(std::string(2000, 'x'))); // the first one, though memory is short
        CPPUNIT_ASSERT(!other->write("1"));
    }

    void holdsNothingAfterItsStreamThoughItsWriterStays()
    {
        observe::MetricRegistry metrics;
        ServerState state(metrics, {});
        for (const bool overflows : {false, true}) {
            const auto written = queue(500);
            CPPUNIT_ASSERT(state.streams.tryEnter(1));
            {
                const OpenStream stream(state, written, true);
                CPPUNIT_ASSERT(written->write(std::string(400, 'x')));
                CPPUNIT_ASSERT_EQUAL(!overflows, written->write(std::string(overflows ? 400 : 1, 'x')));
            }
            CPPUNIT_ASSERT_EQUAL(std::size_t(0), _held->count());
            CPPUNIT_ASSERT_EQUAL(std::size_t(0), state.streams.count());
            CPPUNIT_ASSERT(!written->open());
            CPPUNIT_ASSERT(!written->write("x"));
            CPPUNIT_ASSERT_EQUAL(std::size_t(0), _held->count());
        }
    }

    void oneThatClosesGivesWhatWasWritten()
    {
        const auto closed = queue(500);
        closed->write("last");
        closed->close();
        std::string taken;
        CPPUNIT_ASSERT(closed->take(taken) == StreamQueue::State::ended);
        CPPUNIT_ASSERT_EQUAL(std::string("last"), taken);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(StreamQueueTest);

} // namespace waymark::httpapi
