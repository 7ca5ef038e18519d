#include "registry/table/OrderedPages.h"

#include <cppunit/extensions/HelperMacros.h>

#include <iterator>
#include <random>
#include <set>

namespace waymark::registry::table
{

class OrderedPagesTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(OrderedPagesTest);
    CPPUNIT_TEST(holdsWhatASetHolds);
    CPPUNIT_TEST(fillsItsPagesWithWhatComesInOrder);
    CPPUNIT_TEST(shrinksWithWhatItHolds);
    CPPUNIT_TEST(replacesInPlace);
    CPPUNIT_TEST_SUITE_END();

    using Pages = OrderedPages<std::uint64_t>;

    static Pages::Place from(const Pages& pages, std::uint64_t value)
    {
        return pages.behind([value](std::uint64_t other) { return other < value; });
    }

    static void compare(const Pages& pages, const std::multiset<std::uint64_t>& expected)
    {
        CPPUNIT_ASSERT_EQUAL(expected.size(), pages.size());
        auto place = pages.begin();
        for (const std::uint64_t value : expected) {
            CPPUNIT_ASSERT(!pages.isEnd(place));
            CPPUNIT_ASSERT_EQUAL(value, pages.at(place));
            place = pages.next(place);
        }
        CPPUNIT_ASSERT(pages.isEnd(place));
    }

    /// Grows to thousands and shrinks to nothing, several times.
    void holdsWhatASetHolds()
    {
        std::mt19937_64 random(1);
        Pages pages;
        std::multiset<std::uint64_t> model;
        for (const std::uint64_t range : {50U, 3'000U, 1'000'000U}) {
            for (int step = 0; step < 20'000; ++step) {
                const bool grows = step < 10'000;
                const std::uint64_t value = random() % range;
                const auto place = from(pages, value);
                const auto expected = model.lower_bound(value);
                CPPUNIT_ASSERT_EQUAL(expected == model.end(), pages.isEnd(place));
                if (expected != model.end())
                    CPPUNIT_ASSERT_EQUAL(*expected, pages.at(place));
                if (random() % 10 < (grows ? 7U : 3U)) {
                    pages.insert(place, value);
                    model.insert(value);
                } else if (expected != model.end()) {
                    pages.erase(place);
                    model.erase(expected);
                }
                if (step % 1'000 == 0)
                    compare(pages, model);
            }
            while (!model.empty()) {
                pages.erase(from(pages, *std::prev(model.end())));
                model.erase(std::prev(model.end()));
            }
            CPPUNIT_ASSERT(pages.empty() && pages.isEnd(pages.begin()));
        }
    }

    void fillsItsPagesWithWhatComesInOrder()
    {
        Pages pages;
        for (std::uint64_t value = 0; value < 100 * Pages::capacity; ++value)
            pages.insert(from(pages, value), value);
        CPPUNIT_ASSERT(pages.bytes() < 105 * Pages::pageBytes);
    }

    void shrinksWithWhatItHolds()
    {
        Pages pages;
        constexpr std::uint64_t many = 100 * Pages::capacity;
        for (std::uint64_t value = 0; value < many; ++value)
            pages.insert(from(pages, value), value);
        for (std::uint64_t value = 0; value < many; ++value)
            if (value % 20 != 0)
                pages.erase(from(pages, value));
        CPPUNIT_ASSERT(pages.bytes() < 30 * Pages::pageBytes);
        std::multiset<std::uint64_t> left;
        for (std::uint64_t value = 0; value < many; value += 20)
            left.insert(value);
        compare(pages, left);
    }

    void replacesInPlace()
    {
        Pages pages;
        for (std::uint64_t value = 0; value < 1'000; ++value)
            pages.insert(from(pages, value * 10), value * 10);
        for (std::uint64_t value = 0; value < 1'000; ++value)
            pages.replace(from(pages, value * 10), value * 10 + 3);
        for (std::uint64_t value = 0; value < 1'000; ++value) {
            CPPUNIT_ASSERT_EQUAL(value * 10 + 3, pages.at(from(pages, value * 10 + 1)));
            CPPUNIT_ASSERT_EQUAL(value * 10 + 3, pages.at(from(pages, value * 10 + 3)));
        }
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(OrderedPagesTest);

} // namespace waymark::registry::table
