#include "StoreWeather.h"

#include <cppunit/extensions/HelperMacros.h>

#include <charconv>
#include <cstdlib>
#include <string_view>

namespace waymark::registry
{

/// Random histories of a store on a disk that fails. WAYMARK_WEATHER_SEEDS, a number or two with a dash
/// between, sets other seeds than the fixed ones.
class StoreWeatherTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(StoreWeatherTest);
    CPPUNIT_TEST(losesNothingThatWasAcknowledged);
    CPPUNIT_TEST_SUITE_END();

    static constexpr const char* variable = "WAYMARK_WEATHER_SEEDS";
    static constexpr int spells = 12;

    struct Seeds
    {
        std::uint64_t first = 1;
        std::uint64_t last = 12;
    };

    static Seeds seeds()
    {
        const char* const value = std::getenv(variable);
        if (value == nullptr)
            return {};
        const std::string_view text(value);
        const auto dash = std::min(text.find('-'), text.size());
        const auto number = [&](std::string_view digits) {
            std::uint64_t result = 0;
            const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), result);
            CPPUNIT_ASSERT_MESSAGE(std::string(variable) +
                                       " is no number, nor two with a dash between: " + value,
                                   parsed.ec == std::errc() && parsed.ptr == digits.data() + digits.size());
            return result;
        };
        const std::uint64_t first = number(text.substr(0, dash));
        return {first, dash == text.size() ? first : number(text.substr(dash + 1))};
    }

    void losesNothingThatWasAcknowledged()
    {
        std::uint64_t acknowledged = 0;
        std::uint64_t refused = 0;
        std::uint64_t starts = 0;
        const auto [first, last] = seeds();
        for (std::uint64_t seed = first; seed <= last; ++seed) {
            StoreWeather weather(seed);
            const auto problem = weather.spells(spells);
            CPPUNIT_ASSERT_MESSAGE(
                "seed " + std::to_string(seed) + ", again: " + variable + '=' + std::to_string(seed) +
                    " build/dev/tests/registry-sqlite-fault-tests " +
                    "waymark::registry::StoreWeatherTest::losesNothingThatWasAcknowledged\n" +
                    problem.value_or(""),
                !problem);
            acknowledged += weather.acknowledged();
            refused += weather.refused();
            starts += weather.starts();
        }
        CPPUNIT_ASSERT(acknowledged > 0 && starts > last - first);
        CPPUNIT_ASSERT(refused > 0 || first == last);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(StoreWeatherTest);

} // namespace waymark::registry
