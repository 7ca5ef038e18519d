#include <waymark/host/HostError.h>
#include <waymark/testkit/Bootnode.h>
#include <waymark/testkit/fault/FailingThreads.h>

#include <cppunit/extensions/HelperMacros.h>

#include <filesystem>
#include <iterator>
#include <optional>
#include <string>

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
    static std::ptrdiff_t descriptors()
    {
        return std::distance(std::filesystem::directory_iterator("/proc/self/fd"),
                             std::filesystem::directory_iterator());
    }

    void aStartWithTooFewThreadsIsAnErrorThatLeavesNothing()
    {
        const Properties setup{{"waymark.plugins", "registry-sqlite, discv4, http-api"}};
        std::optional<Bootnode> node(std::in_place, setup); // opens once what stays open
        node.reset();
        const std::ptrdiff_t threadsBefore = threads();
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
            CPPUNIT_ASSERT_EQUAL_MESSAGE("threads left behind", threadsBefore, threads());
            CPPUNIT_ASSERT_EQUAL_MESSAGE("descriptors left behind", descriptorsBefore, descriptors());
        }
        CPPUNIT_ASSERT_MESSAGE(std::to_string(successes), successes > 4);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(WithoutThreadsTest);

} // namespace waymark::testkit::fault
