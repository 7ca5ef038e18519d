#include "registry/LeaseEndLog.h"

#include <waymark/contract/RegistryFixtures.h>

#include <cppunit/extensions/HelperMacros.h>

#include <memory>
#include <string>
#include <vector>

namespace waymark::registry
{

using contract::testId;

class LeaseEndLogTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(LeaseEndLogTest);
    CPPUNIT_TEST(namesPeerAndOriginOfAFew);
    CPPUNIT_TEST(sumsUpThoseThatEndTogether);
    CPPUNIT_TEST(sumsUpInBetweenWhereThereIsNoEnd);
    CPPUNIT_TEST_SUITE_END();

    class Recorder final : public observe::LogChannel
    {
    public:
        bool enabled(observe::LogLevel level, std::string_view) const noexcept override
        {
            return level >= observe::LogLevel::info;
        }
        void write(observe::LogLevel, std::string_view, std::string_view event,
                   std::span<const observe::LogField> fields, std::string_view) noexcept override
        {
            lines.emplace_back(event);
            for (const auto& field : fields)
                lines.back().append(" ").append(field.key).append("=").append(field.value);
        }

        std::vector<std::string> lines;
    };
    using Lines = std::vector<std::string>;

    std::shared_ptr<Recorder> _recorder = std::make_shared<Recorder>();
    LeaseEndLog _ends{observe::Log(_recorder, "registry")};

    static std::vector<ClaimGone> claims(std::size_t count)
    {
        return std::vector<ClaimGone>(count, {testId(1), "api"});
    }
    void note(std::size_t count, bool moreFollow) { _ends.note({claims(count), moreFollow}); }

    void namesPeerAndOriginOfAFew()
    {
        const std::vector<ClaimGone> two{{testId(1), "api"}, {testId(2), "file:a"}};
        _ends.note({two, false});
        const std::string event = "registry.lease_ended peer=";
        CPPUNIT_ASSERT((_recorder->lines == Lines{event + testId(1).toString() + " origin=api",
                                                  event + testId(2).toString() + " origin=file:a"}));
    }

    void sumsUpThoseThatEndTogether()
    {
        note(1024, true);
        note(1024, true);
        CPPUNIT_ASSERT(_recorder->lines.empty());
        note(3, false);
        CPPUNIT_ASSERT((_recorder->lines == Lines{"registry.leases_ended leases=2051"}));
        note(11, false);
        CPPUNIT_ASSERT_EQUAL(std::string("registry.leases_ended leases=11"), _recorder->lines.back());
        note(1, false);
        CPPUNIT_ASSERT(_recorder->lines.back().starts_with("registry.lease_ended"));
    }

    void sumsUpInBetweenWhereThereIsNoEnd()
    {
        for (int plan = 0; plan < 101; ++plan)
            note(1000, true);
        CPPUNIT_ASSERT((_recorder->lines == Lines{"registry.leases_ended leases=100000"}));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(LeaseEndLogTest);

} // namespace waymark::registry
