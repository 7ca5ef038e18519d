#include "nodeset/Filter.h"

#include "tests/MadeNodes.h"

#include <cppunit/extensions/HelperMacros.h>

#include <set>

namespace waymark::toolkit::nodeset
{

using testing::at;
using testing::forkItem;
using testing::madeNode;

class FilterTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(FilterTest);
    CPPUNIT_TEST(keepsAllWhenNothingIsAsked);
    CPPUNIT_TEST(keepsThoseInANetwork);
    CPPUNIT_TEST(keepsThoseOfAFamily);
    CPPUNIT_TEST(keepsThoseOnAFork);
    CPPUNIT_TEST(keepsThoseWithAllEntries);
    CPPUNIT_TEST(keepsThoseThatAnswered);
    CPPUNIT_TEST(keepsTheBest);
    CPPUNIT_TEST(refusesWhatNoNodeCanHave);
    CPPUNIT_TEST_SUITE_END();

    static constexpr std::int64_t now = 1'000'000;

    static plugin::CommandLine line() { return Filter::takingOptions(plugin::CommandLine("filter", "")); }

    /// Numbers of the nodes that pass.
    static std::set<std::uint64_t> kept(const std::vector<std::string>& words)
    {
        const auto values = line().parse(words);
        CPPUNIT_ASSERT_MESSAGE(values ? "" : values.error().message, values.has_value());
        const NodeSet chosen = Filter(*values, at(now)).of(nodes());
        std::set<std::uint64_t> numbers;
        for (std::uint64_t number = 1; number <= nodes().size(); ++number)
            if (chosen.find(testkit::testKey(number).publicKey().nodeId()) != nullptr)
                numbers.insert(number);
        return numbers;
    }

    static const NodeSet& nodes()
    {
        static const NodeSet set = [] {
            const FixedBytes<4> ours{0xfc, 0x64, 0xec, 0x04};
            const FixedBytes<4> other{1, 2, 3, 4};
            NodeSet made;
            std::vector<Entry> entries{madeNode(1, "10.0.0.1", "", forkItem(ours, 1150000)),
                                       madeNode(2, "10.0.1.1", "2001:db8::2", forkItem(ours, 0)),
                                       madeNode(3, "", "2001:db8::3", forkItem(other, 1150000)), madeNode(4)};
            entries[0].history = {7, at(now - 500), at(now - 100), at(now)};
            entries[1].history = {9, at(now - 300), at(now - 200), at(now)};
            entries[2].history = {7, at(now - 300), at(now - 50), at(now)};
            entries[3].history = {0, std::nullopt, std::nullopt, at(now)};
            for (Entry& entry : entries)
                made.merge(std::move(entry));
            made.merge(Entry(node::Enode{testkit::testKey(5).publicKey(),
                                         {node::IpAddress::v4(10, 0, 0, 5), 30303, 30303}}));
            return made;
        }();
        return set;
    }

    using Numbers = std::set<std::uint64_t>;

    void keepsAllWhenNothingIsAsked() { CPPUNIT_ASSERT((kept({}) == Numbers{1, 2, 3, 4, 5})); }

    void keepsThoseInANetwork()
    {
        CPPUNIT_ASSERT((kept({"--network", "10.0.0.0/24"}) == Numbers{1, 5}));
        CPPUNIT_ASSERT((kept({"--network", "2001:db8::/32"}) == Numbers{2, 3}));
        CPPUNIT_ASSERT((kept({"--network", "10.0.0.5", "--network", "2001:db8::3"}) == Numbers{3, 5}));
        CPPUNIT_ASSERT(kept({"--network", "192.168.0.0/16"}).empty());
    }

    void keepsThoseOfAFamily()
    {
        CPPUNIT_ASSERT((kept({"--family", "ipv4"}) == Numbers{1, 2, 5}));
        CPPUNIT_ASSERT((kept({"--family", "ipv6"}) == Numbers{2, 3}));
    }

    void keepsThoseOnAFork()
    {
        CPPUNIT_ASSERT((kept({"--fork-id", "fc64ec04"}) == Numbers{1, 2}));
        CPPUNIT_ASSERT((kept({"--fork-id", "0xfc64ec04/1150000"}) == Numbers{1}));
        CPPUNIT_ASSERT((kept({"--fork-id", "01020304"}) == Numbers{3}));
    }

    void keepsThoseWithAllEntries()
    {
        CPPUNIT_ASSERT((kept({"--entry", "eth"}) == Numbers{1, 2, 3}));
        CPPUNIT_ASSERT((kept({"--entry", "eth", "--entry", "ip"}) == Numbers{1, 2}));
        CPPUNIT_ASSERT(kept({"--entry", "snap"}).empty());
    }

    void keepsThoseThatAnswered()
    {
        CPPUNIT_ASSERT((kept({"--answered-within", "100s"}) == Numbers{1, 3}));
        CPPUNIT_ASSERT((kept({"--answered-within", "99s"}) == Numbers{3}));
        CPPUNIT_ASSERT((kept({"--min-age", "250s"}) == Numbers{1, 3}));
        CPPUNIT_ASSERT((kept({"--min-age", "0s"}) == Numbers{1, 2, 3}));
    }

    void keepsTheBest()
    {
        CPPUNIT_ASSERT((kept({"--min-score", "7"}) == Numbers{1, 2, 3}));
        CPPUNIT_ASSERT((kept({"--limit", "1"}) == Numbers{2}));
        CPPUNIT_ASSERT((kept({"--limit", "2"}) == Numbers{2, 3})); // it answered later than 1
        CPPUNIT_ASSERT(
            (kept({"--limit", "1", "--family", "ipv4", "--network", "10.0.0.0/24"}) == Numbers{1}));
        CPPUNIT_ASSERT_EQUAL(std::size_t{5}, kept({"--limit", "50"}).size());
    }

    void refusesWhatNoNodeCanHave()
    {
        for (const auto& words : std::vector<std::vector<std::string>>{{"--network", "10.0.0.1/8"},
                                                                       {"--network", "here"},
                                                                       {"--family", "ipx"},
                                                                       {"--fork-id", "fc64"},
                                                                       {"--fork-id", "fc64ec04/"},
                                                                       {"--fork-id", "fc64ec04/next"},
                                                                       {"--min-score", "-1"},
                                                                       {"--limit", "0"},
                                                                       {"--answered-within", "soon"}})
            CPPUNIT_ASSERT_MESSAGE(words.back(), !line().parse(words));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(FilterTest);

} // namespace waymark::toolkit::nodeset
