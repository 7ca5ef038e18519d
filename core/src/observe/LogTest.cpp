#include <waymark/observe/Log.h>

#include <cppunit/extensions/HelperMacros.h>

#include <memory>
#include <vector>

namespace waymark::observe
{

class LogTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(LogTest);
    CPPUNIT_TEST(defaultLogWritesNowhere);
    CPPUNIT_TEST(asksTheChannelWithItsSource);
    CPPUNIT_TEST(limitedLetsTenLinesAMinuteThrough);
    CPPUNIT_TEST_SUITE_END();

    struct Recorder final : LogChannel
    {
        std::vector<std::string> lines;
        bool enabled(LogLevel level, std::string_view source) const noexcept override
        {
            return level != LogLevel::debug && source == "here";
        }
        void write(LogLevel, std::string_view, std::string_view event, std::span<const LogField> fields,
                   std::string_view) noexcept override
        {
            std::string line(event);
            for (const LogField& field : fields)
                line += ' ' + std::string(field.key) + '=' + field.value;
            lines.push_back(line);
        }
    };

    void defaultLogWritesNowhere()
    {
        const Log log;
        log.error("some.event");
        log.limited(LogLevel::error, "some.event");
        CPPUNIT_ASSERT(!log.enabled(LogLevel::error));
    }

    void asksTheChannelWithItsSource()
    {
        const auto recorder = std::make_shared<Recorder>();
        const Log here(recorder, "here");
        const Log there(recorder, "there");
        here.info("peer.registered", {{"port", 30303}, {"name", "a"}});
        here.debug("peer.seen");
        there.error("peer.lost");
        CPPUNIT_ASSERT((recorder->lines == std::vector<std::string>{"peer.registered port=30303 name=a"}));
    }

    void limitedLetsTenLinesAMinuteThrough()
    {
        const auto recorder = std::make_shared<Recorder>();
        const Log log(recorder, "here");
        const Log copy = log; // NOLINT: copies share the limits, which is what is tested
        for (int i = 0; i < 25; ++i) {
            log.limited(LogLevel::warning, "packet.dropped");
            copy.limited(LogLevel::warning, "packet.dropped");
        }
        copy.limited(LogLevel::warning, "packet.other");
        CPPUNIT_ASSERT_EQUAL(std::size_t{11}, recorder->lines.size());
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(LogTest);

} // namespace waymark::observe
