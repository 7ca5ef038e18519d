#include "server/ConnectionTable.h"

#include <waymark/testkit/fault/FailingMemory.h>

#include <cppunit/extensions/HelperMacros.h>

#include <memory>
#include <new>
#include <numeric>
#include <string>
#include <utility>

namespace waymark::httpapi
{

namespace
{

/// Leads nowhere.
class NoChannel final : public Channel
{
public:
    int descriptor() const noexcept override { return -1; }
    Transfer receive(std::span<Byte>) noexcept override { return {}; }
    Transfer send(std::string_view) noexcept override { return {}; }
    Transfer discard() noexcept override { return {}; }
    void finishSending() noexcept override {}
};

} // namespace

class ConnectionTableTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(ConnectionTableTest);
    CPPUNIT_TEST(countsEachAddressAndEachNetworkOfIpv6);
    CPPUNIT_TEST(findsWhatIsThere);
    CPPUNIT_TEST(whoEntersAPhaseStandsLast);
    CPPUNIT_TEST(withoutMemoryNothingChanges);
    CPPUNIT_TEST_SUITE_END();

    observe::MetricRegistry _metrics;
    ServerState _state{_metrics, {}};

    std::unique_ptr<Connection> connection(ConnectionId id, const char* from)
    {
        return std::make_unique<Connection>(id, std::make_unique<NoChannel>(),
                                            node::Endpoint{node::IpAddress::parse(from).value(), 1}, _state);
    }

    std::size_t counted() const
    {
        return std::accumulate(_state.phases.begin(), _state.phases.end(), std::size_t(0));
    }

    void countsEachAddressAndEachNetworkOfIpv6()
    {
        ConnectionTable table(_state);
        ConnectionId id = 0;
        const auto add = [&](const char* from) {
            return table.fromAddressOf(table.add(connection(++id, from)));
        };
        CPPUNIT_ASSERT_EQUAL(std::size_t(1), add("192.0.2.1"));
        CPPUNIT_ASSERT_EQUAL(std::size_t(2), add("::ffff:192.0.2.1"));
        CPPUNIT_ASSERT_EQUAL(std::size_t(1), add("192.0.2.2"));
        CPPUNIT_ASSERT_EQUAL(std::size_t(1), add("2001:db8:0:1::1"));
        CPPUNIT_ASSERT_EQUAL(std::size_t(2), add("2001:db8:0:1:ffff:ffff:ffff:ffff"));
        CPPUNIT_ASSERT_EQUAL(std::size_t(1), add("2001:db8:0:2::1"));
        table.remove(*table.find(1));
        CPPUNIT_ASSERT_EQUAL(std::size_t(1), table.fromAddressOf(*table.find(2)));
        CPPUNIT_ASSERT_EQUAL(std::size_t(5), table.size());
    }

    void findsWhatIsThere()
    {
        ConnectionTable table(_state);
        Connection& added = table.add(connection(7, "192.0.2.1"));
        CPPUNIT_ASSERT_EQUAL(&added, table.find(7));
        CPPUNIT_ASSERT(table.find(8) == nullptr);
        table.remove(added);
        CPPUNIT_ASSERT(table.find(7) == nullptr);
        CPPUNIT_ASSERT(table.empty());
        CPPUNIT_ASSERT_EQUAL(std::size_t(0), _state.connections.count());
    }

    void whoEntersAPhaseStandsLast()
    {
        ConnectionTable table(_state);
        Connection& first = table.add(connection(1, "192.0.2.1"));
        Connection& second = table.add(connection(2, "192.0.2.1"));
        CPPUNIT_ASSERT_EQUAL(&first, table.in(Phase::idle).front());
        table.enter(first, Phase::idle);
        CPPUNIT_ASSERT_EQUAL(&first, table.in(Phase::idle).front());
        table.enter(first, Phase::reading);
        table.enter(first, Phase::idle);
        CPPUNIT_ASSERT_EQUAL(&second, table.in(Phase::idle).front());
        CPPUNIT_ASSERT_EQUAL(std::size_t(2), _state.phases[0].load());
        CPPUNIT_ASSERT_EQUAL(std::size_t(2), counted());
    }

    void withoutMemoryNothingChanges()
    {
        ConnectionTable table(_state);
        CPPUNIT_ASSERT(testkit::fault::failEachAllocation([&] {
                           try {
                               table.remove(table.add(connection(7, "192.0.2.1")));
                           } catch (const std::bad_alloc&) {
                               CPPUNIT_ASSERT(table.empty() && counted() == 0);
                               CPPUNIT_ASSERT(table.in(Phase::idle).empty());
                               throw;
                           }
                       }) >= 5);
        CPPUNIT_ASSERT_EQUAL(std::size_t(1), table.fromAddressOf(table.add(connection(7, "192.0.2.1"))));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(ConnectionTableTest);

} // namespace waymark::httpapi
