#include "server/PendingAnswer.h"
#include "server/RequestIntake.h"
#include "server/StreamQueue.h"

#include <waymark/testkit/fault/FailingMemory.h>

#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::httpapi
{

/// What the front does for a connection, with each allocation that it takes failing.
class IntakeWithoutMemoryTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(IntakeWithoutMemoryTest);
    CPPUNIT_TEST(requestsSurvive);
    CPPUNIT_TEST(lateAnswersSurvive);
    CPPUNIT_TEST(streamsSurvive);
    CPPUNIT_TEST(nothingPostedIsForgotten);
    CPPUNIT_TEST_SUITE_END();

    static void read(std::string_view bytes)
    {
        Limits limits;
        limits.head = 4096;
        limits.body = 4096;
        RequestIntake intake;
        while (!bytes.empty() && intake.stage() != RequestIntake::Stage::ready) {
            const auto space = intake.space();
            const std::size_t count = std::min(space.size(), bytes.size());
            std::memcpy(space.data(), bytes.data(), count);
            intake.received(count, limits);
            bytes.remove_prefix(count);
        }
        if (intake.stage() == RequestIntake::Stage::ready)
            static_cast<void>(intake.takeBody());
    }

    void requestsSurvive()
    {
        for (const std::string_view bytes :
             {"GET / HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\n",
              "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody",
              "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5000\r\n\r\n",
              "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n",
              "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", "GET\n"})
            CPPUNIT_ASSERT(testkit::fault::failEachAllocation([&] { read(bytes); }) >= 2);
    }

    void lateAnswersSurvive()
    {
        const auto mailbox = std::make_shared<Mailbox>();
        CPPUNIT_ASSERT(testkit::fault::failEachAllocation([&] {
                           PendingAnswer pending(mailbox, 7);
                           const auto responder = pending.responder();
                           pending.park();
                           responder(http::ApiResponse::json(200, "{}"));
                           pending.expire();
                           static_cast<void>(pending.take());
                       }) >= 2);
    }

    void streamsSurvive()
    {
        const auto mailbox = std::make_shared<Mailbox>();
        const auto held = std::make_shared<HeldBytes>();
        held->limit(1000);
        const std::string chunk(400, 'x');
        CPPUNIT_ASSERT(testkit::fault::failEachAllocation([&] {
                           StreamQueue queue({mailbox, held}, 7, 1000);
                           queue.write(chunk);
                           queue.write(chunk);
                           std::string taken;
                           queue.take(taken);
                           queue.end();
                       }) >= 2);
        CPPUNIT_ASSERT_EQUAL(std::size_t(0), held->count());
    }

    void nothingPostedIsForgotten()
    {
        Mailbox mailbox;
        std::vector<ConnectionId> posted;
        {
            const testkit::fault::FailingMemory fault(0);
            mailbox.post(7);
        }
        CPPUNIT_ASSERT(!mailbox.maySleep(MonotonicTime::max()));
        CPPUNIT_ASSERT(mailbox.take(posted));
        CPPUNIT_ASSERT(posted.empty());
        mailbox.post(8);
        CPPUNIT_ASSERT(!mailbox.take(posted));
        CPPUNIT_ASSERT_EQUAL(std::size_t(1), posted.size());
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(IntakeWithoutMemoryTest);

} // namespace waymark::httpapi
