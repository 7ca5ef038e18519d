#include "commands/load/Histogram.h"

#include <cppunit/extensions/HelperMacros.h>

#include <chrono>
#include <cmath>
#include <sstream>

namespace waymark::discv4::load
{

using namespace std::chrono_literals;

class HistogramTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(HistogramTest);
    CPPUNIT_TEST(emptyOneHasNothing);
    CPPUNIT_TEST(keepsThreeDigitsOfEveryLength);
    CPPUNIT_TEST(percentilesAreThoseOfTheValues);
    CPPUNIT_TEST(extremesAreBounded);
    CPPUNIT_TEST(printsPercentilesUpToTheLastValue);
    CPPUNIT_TEST_SUITE_END();

public:
    void emptyOneHasNothing()
    {
        const Histogram histogram;
        CPPUNIT_ASSERT(histogram.percentile(50) == 0ns && histogram.mean() == 0ns);
        CPPUNIT_ASSERT(histogram.least() == 0ns && histogram.greatest() == 0ns);
        CPPUNIT_ASSERT(histogram.parts().empty());
    }

    void keepsThreeDigitsOfEveryLength()
    {
        for (double value = 1; value < 3.6e12; value *= 1.0137) {
            Histogram histogram;
            const Duration exact(static_cast<Duration::rep>(value));
            histogram.record(exact);
            histogram.record(1h); // so that no percentile is bounded by the greatest
            const Duration told = histogram.percentile(50);
            CPPUNIT_ASSERT(told >= exact);
            CPPUNIT_ASSERT(static_cast<double>((told - exact).count()) <=
                           static_cast<double>(exact.count()) / 1000);
        }
    }

    void percentilesAreThoseOfTheValues()
    {
        Histogram histogram;
        for (int i = 1000; i >= 1; --i)
            histogram.record(std::chrono::nanoseconds(i));
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{1000}, histogram.count());
        CPPUNIT_ASSERT(histogram.percentile(0) == 1ns);
        CPPUNIT_ASSERT(histogram.percentile(50) == 500ns);
        CPPUNIT_ASSERT(histogram.percentile(99) == 990ns);
        CPPUNIT_ASSERT(histogram.percentile(99.95) == 1000ns);
        CPPUNIT_ASSERT(histogram.percentile(100) == 1000ns);
        CPPUNIT_ASSERT(histogram.mean() == 500ns);
        CPPUNIT_ASSERT(histogram.least() == 1ns);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1000}, histogram.parts().size());
    }

    void extremesAreBounded()
    {
        Histogram histogram;
        histogram.record(-5s);
        histogram.record(5h);
        CPPUNIT_ASSERT(histogram.least() == 0ns);
        CPPUNIT_ASSERT(histogram.greatest() == 1h);
        CPPUNIT_ASSERT(histogram.percentile(100) == 1h);
    }

    void printsPercentilesUpToTheLastValue()
    {
        Histogram histogram;
        for (int i = 1; i <= 10'000; ++i)
            histogram.record(std::chrono::microseconds(i));
        std::ostringstream out;
        histogram.print(out);
        const std::string text = out.str();
        CPPUNIT_ASSERT(text.starts_with("       Value     Percentile TotalCount 1/(1-Percentile)\n\n"));
        double percentile = -1;
        std::uint64_t count = 0;
        std::istringstream lines(text.substr(text.find("\n\n") + 2));
        for (std::string line; std::getline(lines, line) && !line.starts_with("#");) {
            std::istringstream words(line);
            double value = 0, share = 0;
            words >> value >> share >> count;
            CPPUNIT_ASSERT(share > percentile);
            // Of 1 to 10,000 microseconds the n-th is n.
            CPPUNIT_ASSERT(std::abs(value * 1000 - static_cast<double>(count)) <= value + 1);
            CPPUNIT_ASSERT(static_cast<double>(count) >= share * 10'000 - 1);
            percentile = share;
        }
        CPPUNIT_ASSERT_EQUAL(1.0, percentile);
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{10'000}, count);
        CPPUNIT_ASSERT(text.find("#[Total count    = 10000]") != std::string::npos);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(HistogramTest);

} // namespace waymark::discv4::load
