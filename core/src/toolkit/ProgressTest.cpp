#include "toolkit/tests/Shown.h"

#include <waymark/testkit/ManualClock.h>
#include <waymark/toolkit/Progress.h>

#include <cppunit/extensions/HelperMacros.h>

#include <chrono>
#include <string>

namespace waymark::toolkit
{

using namespace std::chrono_literals;

class ProgressTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(ProgressTest);
    CPPUNIT_TEST(shortWorkShowsNone);
    CPPUNIT_TEST(aTerminalSeesOneLine);
    CPPUNIT_TEST(noLineIsWiderThanTheTerminal);
    CPPUNIT_TEST(aLogSeesALineNowAndThen);
    CPPUNIT_TEST(wipingMakesRoomForResults);
    CPPUNIT_TEST_SUITE_END();

    testkit::ManualClock _clock;

    void shortWorkShowsNone()
    {
        Shown shown(Shown::To::terminal);
        {
            Progress progress(shown.context, _clock, "crawling");
            _clock.advance(499ms);
            progress.update(1, 2);
        }
        CPPUNIT_ASSERT_EQUAL(std::string(), shown.error.str());
    }

    void aTerminalSeesOneLine()
    {
        Shown shown(Shown::To::terminal);
        {
            Progress progress(shown.context, _clock, "crawling");
            _clock.advance(10s);
            progress.update(50, 100, "7 answered");
            _clock.advance(99ms);
            progress.update(51, 100);
            _clock.advance(1ms);
            progress.update(100, 100);
        }
        CPPUNIT_ASSERT_EQUAL(
            std::string("\r\x1b[Kcrawling [==========>         ] 50/100, 10 s left, 7 answered"
                        "\r\x1b[Kcrawling [====================] 100/100"
                        "\r\x1b[K"),
            shown.error.str());
        CPPUNIT_ASSERT_EQUAL(std::string(), shown.out.str());
    }

    void noLineIsWiderThanTheTerminal()
    {
        Shown shown(Shown::To::terminal, false, 20);
        Progress progress(shown.context, _clock, "crawling");
        _clock.advance(1s);
        progress.update(5, std::nullopt, "and much more to say");
        CPPUNIT_ASSERT_EQUAL(std::string("\r\x1b[Kcrawling 5 in 1 s,\u2026"), shown.error.str());
    }

    void aLogSeesALineNowAndThen()
    {
        Shown shown(Shown::To::file);
        Progress progress(shown.context, _clock, "reading");
        for (int second = 1; second <= 25; ++second) {
            _clock.advance(1s);
            progress.update(static_cast<std::uint64_t>(second), std::nullopt);
        }
        CPPUNIT_ASSERT_EQUAL(std::string("reading 10 in 10 s\nreading 20 in 20 s\n"), shown.error.str());
    }

    void wipingMakesRoomForResults()
    {
        Shown shown(Shown::To::terminal);
        Progress progress(shown.context, _clock, "reading");
        _clock.advance(1s);
        progress.update(1, std::nullopt);
        progress.wipe();
        progress.wipe();
        progress.update(1, std::nullopt);
        CPPUNIT_ASSERT_EQUAL(std::string("\r\x1b[Kreading 1 in 1 s\r\x1b[K\r\x1b[Kreading 1 in 1 s"),
                             shown.error.str());
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(ProgressTest);

} // namespace waymark::toolkit
