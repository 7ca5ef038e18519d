#include "engine/Seeds.h"

#include <waymark/testkit/ManualClock.h>
#include <waymark/testkit/TestKeys.h>

#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>

namespace waymark::discv4::engine
{

using node::StoredNode;

class SeedsTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(SeedsTest);
    CPPUNIT_TEST(keepsWhatItRememberedBesideTheTable);
    CPPUNIT_TEST(keepsWhoLeftTheTable);
    CPPUNIT_TEST(believesTheTableOfThoseThatAreInBoth);
    CPPUNIT_TEST(forgetsWhoIsTooOld);
    CPPUNIT_TEST(keepsTheNewestOfTooMany);
    CPPUNIT_TEST(keepsAWholeTableThatIsLarger);
    CPPUNIT_TEST_SUITE_END();

    using Nodes = std::vector<StoredNode>;
    static constexpr WallTime now = testkit::ManualClock::start;

    Seeds _seeds;

    static StoredNode node(std::uint64_t number, Duration age)
    {
        FixedBytes<node::PublicKey::size> bytes{};
        for (std::size_t i = 0; i < sizeof number; ++i)
            bytes[i] = static_cast<Byte>(number >> (8 * i));
        return {node::PublicKey(bytes), {node::IpAddress::v4(127, 0, 0, 1), 30303, 0}, now - age};
    }

    static Nodes nodes(std::uint64_t first, std::uint64_t end)
    {
        Nodes all;
        for (auto number = first; number < end; ++number)
            all.push_back(node(number, std::chrono::seconds(number)));
        return all;
    }

    static bool has(const Nodes& all, const StoredNode& wanted)
    {
        return std::ranges::find(all, wanted) != all.end();
    }

public:
    void keepsWhatItRememberedBesideTheTable()
    {
        const auto remembered = node(1, std::chrono::hours(1));
        CPPUNIT_ASSERT(_seeds.remember({remembered}, now) == Nodes{remembered});
        CPPUNIT_ASSERT(_seeds.update({}, now) == Nodes{remembered});
        const auto found = node(2, {});
        CPPUNIT_ASSERT((_seeds.update({found}, now) == Nodes{found, remembered}));
    }

    void keepsWhoLeftTheTable()
    {
        const auto found = node(1, {});
        _seeds.update({found}, now);
        CPPUNIT_ASSERT(_seeds.update({}, now) == Nodes{found});
    }

    void believesTheTableOfThoseThatAreInBoth()
    {
        _seeds.remember({node(1, std::chrono::hours(1))}, now);
        auto moved = node(1, {});
        moved.endpoint.udp = 40404;
        CPPUNIT_ASSERT(_seeds.update({moved}, now) == Nodes{moved});
    }

    void forgetsWhoIsTooOld()
    {
        const auto young = node(1, Seeds::longestAge);
        const auto old = node(2, Seeds::longestAge + std::chrono::seconds(1));
        CPPUNIT_ASSERT(_seeds.remember({young, old}, now) == Nodes{young});
        CPPUNIT_ASSERT(_seeds.update({}, now) == Nodes{young});
        CPPUNIT_ASSERT(_seeds.update({}, now + std::chrono::seconds(1)).empty());
    }

    void keepsTheNewestOfTooMany()
    {
        _seeds.remember(nodes(1, 2 * Seeds::maximum), now);
        const auto found = node(0, {});
        const auto kept = _seeds.update({found}, now);
        CPPUNIT_ASSERT_EQUAL(Seeds::maximum, kept.size());
        CPPUNIT_ASSERT(kept.front() == found);
        CPPUNIT_ASSERT(has(kept, node(Seeds::maximum - 1, std::chrono::seconds(Seeds::maximum - 1))));
        CPPUNIT_ASSERT(!has(kept, node(Seeds::maximum, std::chrono::seconds(Seeds::maximum))));
    }

    void keepsAWholeTableThatIsLarger()
    {
        _seeds.remember({node(0, {})}, now);
        const auto table = nodes(1, Seeds::maximum + 10);
        CPPUNIT_ASSERT(_seeds.update(table, now) == table);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(SeedsTest);

} // namespace waymark::discv4::engine
