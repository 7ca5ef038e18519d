#include "trace/Trace.h"

#include <waymark/testkit/ManualClock.h>
#include <waymark/testkit/TemporaryFolder.h>
#include <waymark/testkit/fault/FailingMemory.h>

#include <cppunit/extensions/HelperMacros.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace waymark::discv4::testing
{

using testkit::fault::FailingMemory;

/// A capture that is begun when there is no memory.
class TraceWithoutMemoryTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(TraceWithoutMemoryTest);
    CPPUNIT_TEST(doesNotBeginAndIsBegunAnewLater);
    CPPUNIT_TEST_SUITE_END();

    testkit::TemporaryFolder _folder;
    testkit::ManualClock _clock;
    observe::MetricRegistry _metrics;

    void doesNotBeginAndIsBegunAnewLater()
    {
        // Its name is so long that saying which file it is takes memory as well.
        const std::optional<trace::TraceOptions> options{
            {_folder.path() / (std::string(100, 'x') + ".pcapng"), 1'000'000, 1}};
        for (const auto fails : {FailingMemory::Fails::once, FailingMemory::Fails::onwards}) {
            bool failed = true;
            std::uint64_t successes = 0;
            for (; failed; ++successes) {
                trace::Trace trace(_clock, _metrics, {});
                {
                    const FailingMemory memory(successes, fails);
                    trace.set(options);
                    failed = memory.hasFailed();
                }
                CPPUNIT_ASSERT_EQUAL(!failed, trace.isOn());
                trace.set(options);
                CPPUNIT_ASSERT(trace.isOn());
                trace.set(std::nullopt);
                CPPUNIT_ASSERT(std::filesystem::remove(options->file));
            }
            CPPUNIT_ASSERT(successes > 1);
        }
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(TraceWithoutMemoryTest);

} // namespace waymark::discv4::testing
