#include <waymark/testkit/Daemon.h>

#include <cppunit/extensions/HelperMacros.h>

#include <filesystem>
#include <string>

namespace waymark
{

/// Every file in conf/ runs as it is.
class ShippedSetupsTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(ShippedSetupsTest);
    CPPUNIT_TEST(everySetupPassesCheckConfig);
    CPPUNIT_TEST_SUITE_END();

    void everySetupPassesCheckConfig()
    {
        std::size_t setups = 0;
        for (const auto& entry : std::filesystem::directory_iterator(WAYMARK_SOURCE_DIR "/conf")) {
            if (entry.path().extension() != ".properties")
                continue;
            testkit::Process check(testkit::Daemon::program(),
                                   {"--config", entry.path().string(), "--check-config"});
            const auto code = check.waitForExit();
            CPPUNIT_ASSERT_EQUAL_MESSAGE(check.output(), 0, code.value_or(-1));
            ++setups;
        }
        CPPUNIT_ASSERT(setups >= 4);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(ShippedSetupsTest);

} // namespace waymark
