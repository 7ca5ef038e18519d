#include "TestRegistry.h"
#include "live/ChangeFeed.h"

#include <waymark/testkit/ManualTimers.h>
#include <waymark/testkit/fault/FailingMemory.h>

#include <cppunit/extensions/HelperMacros.h>

#include <array>
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string_view>
#include <thread>
#include <variant>

namespace waymark::httpapi
{

using namespace std::chrono_literals;

/// The feed's thread has nobody who would catch what it throws.
class FeedWithoutMemoryTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(FeedWithoutMemoryTest);
    CPPUNIT_TEST(heartbeatsNeedNone);
    CPPUNIT_TEST_SUITE_END();

    using Fault = testkit::fault::FailingMemory;

    /// Counts what is written, and takes the memory of the thread that looks at it when it is told to.
    struct Sink : http::StreamSink
    {
        bool write(std::string_view) override
        {
            ++writes;
            return true;
        }
        void end() override {}
        bool open() const noexcept override
        {
            static thread_local std::unique_ptr<Fault> fault;
            if (takesMemory && !fault)
                fault = std::make_unique<Fault>(0, Fault::Fails::onwards);
            return true;
        }
        bool drained() const noexcept override { return true; }
        void onDrained(std::function<void()>) override {}

        void awaitWrites(int count) const
        {
            const auto until = std::chrono::steady_clock::now() + 100s;
            while (writes < count) {
                CPPUNIT_ASSERT(std::chrono::steady_clock::now() < until);
                std::this_thread::yield();
            }
        }

        std::atomic<int> writes{0};
        std::atomic<bool> takesMemory{false};
    };

    void heartbeatsNeedNone()
    {
        TestRegistry registry;
        testkit::ManualTimers timers(registry.clock);
        ChangeFeed feed(registry, timers, [] { return std::make_shared<int>(); });
        feed.start("feed");
        const std::array sinks{std::make_shared<Sink>(), std::make_shared<Sink>()};
        for (const auto& sink : sinks) {
            const auto stream = feed.stream(registry.revision());
            std::get<http::ApiResponse::Stream>(stream.body())(sink);
            sink->awaitWrites(1); // the beginning
        }
        sinks[0]->takesMemory = true;
        for (int beats = 1; beats < 4; ++beats) {
            timers.advance(15s);
            for (const auto& sink : sinks)
                sink->awaitWrites(1 + beats);
        }
        feed.stop();
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(FeedWithoutMemoryTest);

} // namespace waymark::httpapi
