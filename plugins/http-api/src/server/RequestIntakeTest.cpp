#include "server/RequestIntake.h"

#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::httpapi
{

/// Requests out of bytes, however they are cut.
class RequestIntakeTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(RequestIntakeTest);
    CPPUNIT_TEST(findsTheSameRequestsInAnyPieces);
    CPPUNIT_TEST(bodiesWaitToBeAskedForOnlyWhenNoneHasCome);
    CPPUNIT_TEST(tooLongBodiesAreReadyAtOnceAndUnfinished);
    CPPUNIT_TEST(brokenChunksAreReadyAndRefused);
    CPPUNIT_TEST(brokenHeadsAreRefused);
    CPPUNIT_TEST(memoryGrowsWithWhatCameNotWithWhatWasPromised);
    CPPUNIT_TEST(holdsNothingBetweenRequests);
    CPPUNIT_TEST_SUITE_END();

    using Stage = RequestIntake::Stage;

    Limits _limits;

public:
    void setUp() override
    {
        _limits.head = 1024;
        _limits.body = 1U << 20U;
    }

private:
    /// Gives it what it has space for.
    std::size_t feed(RequestIntake& intake, std::string_view bytes) const
    {
        const auto space = intake.space();
        const std::size_t count = std::min(space.size(), bytes.size());
        std::memcpy(space.data(), bytes.data(), count);
        intake.received(count, _limits);
        return count;
    }

    /// Targets and bodies of all requests in `bytes`, given in pieces.
    std::vector<std::string> requests(std::string_view bytes, std::size_t piece) const
    {
        RequestIntake intake;
        std::vector<std::string> found;
        while (!bytes.empty() || intake.hasMore()) {
            if (!bytes.empty())
                bytes.remove_prefix(feed(intake, bytes.substr(0, piece)));
            while (intake.stage() == Stage::ready) {
                CPPUNIT_ASSERT(intake.finished());
                found.push_back(std::string(intake.head().target) + '=' +
                                std::string(intake.takeBody().value().view()));
                intake.next();
                intake.advance(_limits);
            }
            CPPUNIT_ASSERT(intake.stage() != Stage::refused);
        }
        CPPUNIT_ASSERT(intake.stage() == Stage::empty);
        return found;
    }

    void findsTheSameRequestsInAnyPieces()
    {
        const std::string longBody(6000, 'y');
        const std::string bytes = "\r\n\r\nGET /a HTTP/1.1\r\nHost: x\r\n\r\n"
                                  "POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"
                                  "\r\nPOST /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                                  "2\r\nab\r\n1;x\r\nc\r\n0\r\n\r\n"
                                  "POST /d HTTP/1.1\r\nHost: x\r\nContent-Length: 6000\r\n\r\n" +
                                  longBody + "GET /e HTTP/1.0\r\n\r\n";
        const std::vector<std::string> expected{"/a=", "/b=abc", "/c=abc", "/d=" + longBody, "/e="};
        for (std::size_t piece = 1; piece < 300; ++piece)
            CPPUNIT_ASSERT(expected == requests(bytes, piece));
        CPPUNIT_ASSERT(expected == requests(bytes, bytes.size()));
    }

    void bodiesWaitToBeAskedForOnlyWhenNoneHasCome()
    {
        const std::string head =
            "POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n";
        RequestIntake waiting;
        feed(waiting, head);
        CPPUNIT_ASSERT(waiting.stage() == Stage::ready && waiting.bodyWaits() && !waiting.finished());
        waiting.expectBody();
        CPPUNIT_ASSERT(waiting.stage() == Stage::body && !waiting.bodyWaits());
        feed(waiting, "ab");
        CPPUNIT_ASSERT(waiting.stage() == Stage::ready && waiting.finished());
        CPPUNIT_ASSERT_EQUAL(std::string_view("ab"), waiting.takeBody()->view());
        RequestIntake sending;
        feed(sending, head + "a");
        CPPUNIT_ASSERT(sending.stage() == Stage::body && !sending.bodyWaits());
    }

    void tooLongBodiesAreReadyAtOnceAndUnfinished()
    {
        RequestIntake intake;
        feed(intake, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1048577\r\n\r\n");
        CPPUNIT_ASSERT(intake.stage() == Stage::ready && !intake.finished());
        CPPUNIT_ASSERT_EQUAL(413, intake.takeBody().error().status);
        RequestIntake fits;
        feed(fits, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1048576\r\n\r\n");
        CPPUNIT_ASSERT(fits.stage() == Stage::body);
    }

    void brokenChunksAreReadyAndRefused()
    {
        RequestIntake intake;
        feed(intake, "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n");
        CPPUNIT_ASSERT(intake.stage() == Stage::ready && !intake.finished());
        CPPUNIT_ASSERT_EQUAL(400, intake.takeBody().error().status);
    }

    void brokenHeadsAreRefused()
    {
        RequestIntake control;
        feed(control, "\x16\x03");
        CPPUNIT_ASSERT(control.stage() == Stage::refused && !control.finished());
        CPPUNIT_ASSERT_EQUAL(400, control.refusal().status);
        RequestIntake large;
        feed(large, "GET /" + std::string(1100, 'x'));
        CPPUNIT_ASSERT(large.stage() == Stage::refused);
        CPPUNIT_ASSERT_EQUAL(431, large.refusal().status);
    }

    void memoryGrowsWithWhatCameNotWithWhatWasPromised()
    {
        _limits.body = 1U << 30U;
        RequestIntake intake;
        feed(intake, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\n");
        for (int i = 0; i < 100; ++i)
            feed(intake, "x");
        CPPUNIT_ASSERT(intake.held() < 32768);
    }

    void holdsNothingBetweenRequests()
    {
        RequestIntake intake;
        feed(intake, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab");
        CPPUNIT_ASSERT(intake.held() > 0);
        intake.next();
        intake.release();
        CPPUNIT_ASSERT_EQUAL(std::size_t(0), intake.held());
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(RequestIntakeTest);

} // namespace waymark::httpapi
