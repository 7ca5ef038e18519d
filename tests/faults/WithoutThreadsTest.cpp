#include <waymark/host/HostError.h>
#include <waymark/testkit/Bootnode.h>
#include <waymark/testkit/fault/FailingThreads.h>

#include <cppunit/extensions/HelperMacros.h>

#include <chrono>
#include <filesystem>
#include <iterator>
#include <optional>
#include <string>
#include <thread>

namespace waymark::testkit::fault
{

/// A bootnode for which the system has not all the threads that it wants: it says so and is gone whole.
class WithoutThreadsTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(WithoutThreadsTest);
    CPPUNIT_TEST(aStartWithTooFewThreadsIsAnErrorThatLeavesNothing);
    CPPUNIT_TEST_SUITE_END();

    static std::ptrdiff_t threads()
    {
        return std::distance(std::filesystem::directory_iterator("/proc/self/task"),
                             std::filesystem::directory_iterator());
    }
    /// A thread that was joined is listed a moment longer.
    static std::ptrdiff_t threadsOnce(std::ptrdiff_t expected)
    {
        const auto until = std::chrono::steady_clock::now() + Bootnode::patience;
        while (threads() != expected && std::chrono::steady_clock::now() < until)
            std::this_thread::yield();
        return threads();
    }
    static std::ptrdiff_t descriptors()
    {
        return std::distance(std::filesystem::directory_iterator("/proc/self/fd"),
                             std::filesystem::directory_iterator());
    }

    void aStartWithTooFewThreadsIsAnErrorThatLeavesNothing()
    {
        const Properties setup{{"waymark.plugins", "registry-sqlite, discv4, http-api"}};
        const std::ptrdiff_t threadsBefore = threads();
        std::optional<Bootnode> node(std::in_place, setup); // opens once what stays open
        node.reset();
        const std::ptrdiff_t descriptorsBefore = descriptors();
        int successes = 0;
        for (bool failed = true; failed; ++successes) {
            const FailingThreads fault(successes);
            try {
                node.emplace(setup);
                CPPUNIT_ASSERT(node->rest().get("/health").status == 200 || fault.hasFailed());
            } catch (const host::HostError& error) {
                const std::string message = error.what();
                CPPUNIT_ASSERT_MESSAGE(message, fault.hasFailed());
                CPPUNIT_ASSERT_MESSAGE(message, message.find("thread") != std::string::npos);
            }
            failed = fault.hasFailed();
            node.reset();
            CPPUNIT_ASSERT_EQUAL_MESSAGE("threads left behind", threadsBefore, threadsOnce(threadsBefore));
            CPPUNIT_ASSERT_EQUAL_MESSAGE("descriptors left behind", descriptorsBefore, descriptors());
        }
        CPPUNIT_ASSERT_MESSAGE(std::to_string(successes), successes > 4);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(WithoutThreadsTest);

} // namespace waymark::testkit::fault
