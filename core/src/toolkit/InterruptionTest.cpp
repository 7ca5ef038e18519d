#include <waymark/toolkit/Interruption.h>

#include <cppunit/extensions/HelperMacros.h>

#include <chrono>
#include <csignal>
#include <poll.h>
#include <stdexcept>

namespace waymark::toolkit
{

using namespace std::chrono_literals;

class InterruptionTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(InterruptionTest);
    CPPUNIT_TEST(noticesSignals);
    CPPUNIT_TEST(wakesWhoWaits);
    CPPUNIT_TEST(onlyOneAtATime);
    CPPUNIT_TEST(leavesSignalsAsTheyWere);
    CPPUNIT_TEST_SUITE_END();

    void noticesSignals()
    {
        for (const int signal : {SIGINT, SIGTERM}) {
            const Interruption interruption;
            CPPUNIT_ASSERT(!interruption.requested());
            CPPUNIT_ASSERT(!interruption.waitFor(0s));
            std::raise(signal);
            CPPUNIT_ASSERT(interruption.requested());
        }
    }

    void wakesWhoWaits()
    {
        const Interruption interruption;
        std::raise(SIGTERM);
        CPPUNIT_ASSERT(interruption.waitFor(1h));
        pollfd waiting{interruption.descriptor(), POLLIN, 0};
        CPPUNIT_ASSERT_EQUAL(1, ::poll(&waiting, 1, -1));
    }

    void onlyOneAtATime()
    {
        {
            const Interruption first;
            CPPUNIT_ASSERT_THROW(Interruption(), std::logic_error);
        }
        const Interruption next;
        CPPUNIT_ASSERT(!next.requested());
    }

    void leavesSignalsAsTheyWere()
    {
        struct sigaction before{};
        ::sigaction(SIGINT, nullptr, &before);
        {
            const Interruption interruption;
            std::raise(SIGINT);
            struct sigaction second{};
            ::sigaction(SIGINT, nullptr, &second);
            CPPUNIT_ASSERT(second.sa_handler == SIG_DFL);
        }
        struct sigaction after{};
        ::sigaction(SIGINT, nullptr, &after);
        CPPUNIT_ASSERT(before.sa_handler == after.sa_handler);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(InterruptionTest);

} // namespace waymark::toolkit
