#include <waymark/base/Worker.h>

#include <cppunit/extensions/HelperMacros.h>

#include <latch>
#include <pthread.h>

namespace waymark
{

class WorkerTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(WorkerTest);
    CPPUNIT_TEST(namesItsThreadAndJoinsIt);
    CPPUNIT_TEST(heartbeatAgesUntilTheNextBeat);
    CPPUNIT_TEST_SUITE_END();

    void namesItsThreadAndJoinsIt()
    {
        std::string seen;
        Worker worker;
        worker.start("discv4-rx0", [&](const std::stop_token& stopping, Worker&) {
            char name[16] = {};
            ::pthread_getname_np(::pthread_self(), name, sizeof name);
            seen = name;
            while (!stopping.stop_requested())
                std::this_thread::yield();
        });
        CPPUNIT_ASSERT(worker.running());
        worker.stop();
        worker.stop();
        CPPUNIT_ASSERT(!worker.running());
        CPPUNIT_ASSERT_EQUAL(std::string("discv4-rx0"), seen);
    }

    void heartbeatAgesUntilTheNextBeat()
    {
        std::latch aged(1);
        Worker worker;
        worker.start("beating", [&](const std::stop_token&, Worker& self) {
            aged.wait();
            self.beat();
        });
        while (worker.sinceBeat() < std::chrono::milliseconds(2))
            std::this_thread::yield();
        const auto before = std::chrono::steady_clock::now();
        aged.count_down();
        worker.stop();
        const auto age = worker.sinceBeat(); // first: what passes between the two makes the beat no older
        CPPUNIT_ASSERT(std::chrono::steady_clock::now() - age >= before);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(WorkerTest);

} // namespace waymark
