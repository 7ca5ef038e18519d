#include "Settings.h"

#include <cppunit/extensions/HelperMacros.h>

#include <map>

namespace waymark::discv4
{

class SettingsTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(SettingsTest);
    CPPUNIT_TEST(listensAtOneAddressOfEachFamily);
    CPPUNIT_TEST(refusesASecondAddressOfAFamily);
    CPPUNIT_TEST_SUITE_END();

    static plugin::ConfigView view(const std::string& listen)
    {
        return plugin::ConfigView::make(settingsSchema(), {{"listen", listen}, {"workers", "3"}}, "/")
            .value();
    }

    static std::string rejectionOf(const std::string& listen)
    {
        const auto config = view(listen);
        static_cast<void>(Settings::from(config));
        const auto rejections = config.rejections();
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, rejections.size());
        CPPUNIT_ASSERT_EQUAL(std::string("listen"), rejections.front().first);
        return rejections.front().second;
    }

    void listensAtOneAddressOfEachFamily()
    {
        const auto config = view("127.0.0.1:7, [::1]:8");
        const auto sockets = Settings::from(config).sockets;
        CPPUNIT_ASSERT(config.rejections().empty());
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, sockets.size());
        CPPUNIT_ASSERT_EQUAL(std::string("127.0.0.1:7"), sockets[0].listen.toString());
        CPPUNIT_ASSERT_EQUAL(std::string("[::1]:8"), sockets[1].listen.toString());
        CPPUNIT_ASSERT_EQUAL(3U, sockets[1].workers);
    }

    void refusesASecondAddressOfAFamily()
    {
        CPPUNIT_ASSERT(rejectionOf("127.0.0.1:7, [::1]:7, 127.0.0.2:7").starts_with("127.0.0.2:7"));
        CPPUNIT_ASSERT(rejectionOf("").find("missing") != std::string::npos);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(SettingsTest);

} // namespace waymark::discv4
