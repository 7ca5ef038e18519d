#include "Utility.h"

#include <waymark/testkit/TemporaryFolder.h>
#include <waymark/testkit/TestKeys.h>

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Parser.h>
#include <cppunit/extensions/HelperMacros.h>

#include <csignal>

namespace waymark::discv4::testing
{

class ProbeCommandTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(ProbeCommandTest);
    CPPUNIT_TEST(passesInFullOnWaymarkd);
    CPPUNIT_TEST(printsTap);
    CPPUNIT_TEST(saysThatNobodyAnswers);
    CPPUNIT_TEST(endsWithWhatItFoundWhenInterrupted);
    CPPUNIT_TEST(refusesWrongArguments);
    CPPUNIT_TEST_SUITE_END();

    const testkit::TemporaryFolder _folder;

public:
    void passesInFullOnWaymarkd()
    {
        const testkit::Daemon daemon(_folder.path(), {});
        const auto outcome = shell("\"$WAYMARK\" discv4 probe --json --timeout 30s --silence 250ms '" +
                                   enodeOf(daemon) + "' 2>/dev/null");
        const auto checks = Poco::JSON::Parser().parse(outcome.output).extract<Poco::JSON::Array::Ptr>();
        CPPUNIT_ASSERT(checks->size() > 50);
        for (unsigned i = 0; i < checks->size(); ++i)
            CPPUNIT_ASSERT_EQUAL_MESSAGE(checks->getObject(i)->getValue<std::string>("check") + ": " +
                                             checks->getObject(i)->getValue<std::string>("detail"),
                                         std::string("pass"),
                                         checks->getObject(i)->getValue<std::string>("outcome"));
        CPPUNIT_ASSERT_EQUAL(0, outcome.code);
    }

    void printsTap()
    {
        const testkit::Daemon daemon(_folder.path(), {});
        const Outcome outcome = waymark(
            {"probe", "--tap", "--timeout", "30s", "--only", "pong", "--only", "enr", enodeOf(daemon)});
        CPPUNIT_ASSERT_EQUAL_MESSAGE(outcome.output, 0, outcome.code);
        CPPUNIT_ASSERT_MESSAGE(outcome.output, outcome.has("TAP version 13\n1..8\nok 1 - pong.ping-hash\n"));
        CPPUNIT_ASSERT(outcome.has("8 passed, 0 failed, 0 skipped"));
    }

    void saysThatNobodyAnswers()
    {
        const MuteNode mute;
        const Outcome outcome = waymark({"probe", "--timeout", "20ms", mute.enode()});
        CPPUNIT_ASSERT_EQUAL(69, outcome.code);
        CPPUNIT_ASSERT_MESSAGE(outcome.output, outcome.has("within 20 ms, three times; check"));
        const Outcome closed = waymark({"probe", "--timeout", "20ms", closedNode()});
        CPPUNIT_ASSERT_EQUAL(69, closed.code);
        CPPUNIT_ASSERT_MESSAGE(closed.output, closed.has("nothing listens"));
    }

    void endsWithWhatItFoundWhenInterrupted()
    {
        const testkit::Daemon daemon(_folder.path(), {});
        testkit::Process process(utility(), {"probe", "--silence", "30s", "--tap", enodeOf(daemon)});
        // It waits out the silence of thirty seconds that two questions without a proof must meet.
        const auto isWaiting = [&] {
            return daemon.rest().get("/metrics").body.find("{reason=\"unproven\"} 2\n") != std::string::npos;
        };
        while (!isWaiting())
            CPPUNIT_ASSERT_MESSAGE(process.output(), !process.waitForExit(std::chrono::milliseconds(10)));
        process.signal(SIGINT);
        const auto code = process.waitForExit();
        CPPUNIT_ASSERT_EQUAL_MESSAGE(process.output(), 1, code.value_or(-1));
        CPPUNIT_ASSERT_MESSAGE(process.output(),
                               process.output().find("Bail out! interrupted") != std::string::npos);
    }

    void refusesWrongArguments()
    {
        CPPUNIT_ASSERT_EQUAL(64, waymark({"probe"}).code);
        CPPUNIT_ASSERT_EQUAL(64, waymark({"probe", "enode://1"}).code);
        CPPUNIT_ASSERT_EQUAL(64, waymark({"probe", "--only", "all", "x"}).code);
        CPPUNIT_ASSERT_EQUAL(64, waymark({"probe", "--tap", "--json", "x"}).code);
        CPPUNIT_ASSERT_EQUAL(64, waymark({"probe", "--second-address", "x", "y"}).code);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(ProbeCommandTest);

} // namespace waymark::discv4::testing
