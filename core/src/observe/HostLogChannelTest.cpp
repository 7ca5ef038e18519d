#include "observe/HostLogChannel.h"

#include <Poco/JSON/Parser.h>
#include <Poco/StreamChannel.h>
#include <cppunit/extensions/HelperMacros.h>

#include <sstream>

namespace waymark::observe
{

class HostLogChannelTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(HostLogChannelTest);
    CPPUNIT_TEST(levelsArePerSource);
    CPPUNIT_TEST(badLevelsAreRefused);
    CPPUNIT_TEST(textStaysOneLineWhateverValuesHold);
    CPPUNIT_TEST(jsonStaysStrictWhateverValuesHold);
    CPPUNIT_TEST(jsonHasNumbersAndBooleans);
    CPPUNIT_TEST(journaldLinesLeadWithTheirPriority);
    CPPUNIT_TEST(twoChannelsDoNotMix);
    CPPUNIT_TEST(observerSeesWhatLevelsHide);
    CPPUNIT_TEST(observerSeesWhatIsLimited);
    CPPUNIT_TEST_SUITE_END();

    struct Capture
    {
        std::ostringstream stream;
        std::shared_ptr<HostLogChannel> channel =
            std::make_shared<HostLogChannel>(Poco::AutoPtr<Poco::Channel>(new Poco::StreamChannel(stream)));
        Log log{channel, "host"};
    };

    static constexpr const char* hostile = "a\"b\\c\nforged=1 \x1b[31m \xff \xc3\xa9";

    void levelsArePerSource()
    {
        const auto levels = LogLevels::parse("warning, discv4=debug").value();
        CPPUNIT_ASSERT(!levels.enabled(LogLevel::info, "host"));
        CPPUNIT_ASSERT(levels.enabled(LogLevel::warning, "host"));
        CPPUNIT_ASSERT(levels.enabled(LogLevel::debug, "discv4"));
        CPPUNIT_ASSERT(LogLevels::parse("discv4=error")->enabled(LogLevel::info, "host"));
    }

    void badLevelsAreRefused()
    {
        for (const char* spec : {"", "loud", "info,debug", "=info", "a=info,a=debug", "a=", "info,,a=info"})
            CPPUNIT_ASSERT_MESSAGE(spec, !LogLevels::parse(spec));
        CPPUNIT_ASSERT(LogLevels::parse("inof").error().message.find("did you mean info?") !=
                       std::string::npos);
    }

    void textStaysOneLineWhateverValuesHold()
    {
        Capture capture;
        capture.log.info("peer.seen", {{"name", hostile}, {"port", 1}, {"empty", ""}}, hostile);
        const std::string out = capture.stream.str();
        CPPUNIT_ASSERT_EQUAL(out.size() - 1, out.find('\n'));
        CPPUNIT_ASSERT(out.find('\x1b') == std::string::npos);
        CPPUNIT_ASSERT(out.find('\xff') == std::string::npos);
        CPPUNIT_ASSERT(out.find("Z info    host peer.seen: a") == 23);
        CPPUNIT_ASSERT(out.find(R"( name="a\"b\\c\nforged=1 \u001B[31m)") != std::string::npos ||
                       out.find(R"( name="a\"b\\c\nforged=1 \u001b[31m)") != std::string::npos);
        CPPUNIT_ASSERT(out.find(" port=1 empty=\"\"\n") != std::string::npos);
    }

    void jsonStaysStrictWhateverValuesHold()
    {
        Capture capture;
        capture.channel->configure(LogFormat::json);
        capture.log.info("peer.seen", {{"name", hostile}, {"level", "forged"}}, hostile);
        const std::string out = capture.stream.str();
        CPPUNIT_ASSERT_EQUAL(out.size() - 1, out.find('\n'));
        Poco::JSON::Parser parser;
        const auto object = parser.parse(out).extract<Poco::JSON::Object::Ptr>();
        CPPUNIT_ASSERT_EQUAL(std::string("info"), object->getValue<std::string>("level"));
        CPPUNIT_ASSERT_EQUAL(std::string("forged"), object->getValue<std::string>("_level"));
        CPPUNIT_ASSERT_EQUAL(std::string("a\"b\\c\nforged=1 \x1b[31m \xef\xbf\xbd \xc3\xa9"),
                             object->getValue<std::string>("name"));
    }

    void jsonHasNumbersAndBooleans()
    {
        Capture capture;
        capture.log.info("x", {{"port", std::uint16_t{30303}}, {"live", true}, {"id", "42"}, {"is", "true"}});
        CPPUNIT_ASSERT(capture.stream.str().ends_with(" port=30303 live=true id=42 is=true\n"));
        capture.channel->configure(LogFormat::json);
        capture.log.info("x", {{"port", std::uint16_t{30303}}, {"n", -7}, {"live", true}, {"id", "42"}});
        CPPUNIT_ASSERT_MESSAGE(
            capture.stream.str(),
            capture.stream.str().ends_with(R"("event":"x","port":30303,"n":-7,"live":true,"id":"42"})"
                                           "\n"));
    }

    void journaldLinesLeadWithTheirPriority()
    {
        Capture capture;
        capture.channel->configure(LogFormat::journald);
        capture.log.error("host.stopped", {{"code", 70}});
        capture.log.warning("host.slow", {}, "late");
        CPPUNIT_ASSERT_EQUAL(std::string("<3>host host.stopped code=70\n<4>host host.slow: late\n"),
                             capture.stream.str());
    }

    void twoChannelsDoNotMix()
    {
        Capture first;
        Capture second;
        first.channel->configure(LogLevels::parse("error").value());
        first.log.info("only.second");
        second.log.info("only.second");
        CPPUNIT_ASSERT(first.stream.str().empty());
        CPPUNIT_ASSERT(!second.stream.str().empty());
    }

    void observerSeesWhatLevelsHide()
    {
        Capture capture;
        std::string seen;
        capture.channel->configure(LogLevels::parse("error").value());
        capture.channel->observe([&](const LogRecord& record) { seen += record.event; });
        capture.log.info("http.listening");
        capture.log.debug("http.detail");
        CPPUNIT_ASSERT_EQUAL(std::string("http.listening"), seen);
        CPPUNIT_ASSERT(capture.stream.str().empty());
    }

    void observerSeesWhatIsLimited()
    {
        constexpr int events = 25, limit = 10;
        Capture capture;
        std::vector<std::string> seen;
        capture.channel->observe([&](const LogRecord& record) {
            CPPUNIT_ASSERT_EQUAL(std::string("peer.registered"), std::string(record.event));
            seen.push_back(record.fields.front().value);
        });
        for (int i = 0; i < events; ++i)
            capture.log.limited(LogLevel::info, "peer.registered", {{"number", i}});
        CPPUNIT_ASSERT_EQUAL(std::size_t{events}, seen.size());
        CPPUNIT_ASSERT_EQUAL(std::to_string(events - 1), seen.back());
        const std::string lines = capture.stream.str();
        CPPUNIT_ASSERT_EQUAL(std::ptrdiff_t{limit}, std::ranges::count(lines, '\n'));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(HostLogChannelTest);

} // namespace waymark::observe
