#include "documents/DocumentCache.h"

#include "TestServer.h"

#include <cppunit/extensions/HelperMacros.h>

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <variant>

namespace waymark::httpapi
{

using namespace std::chrono_literals;

class DocumentCacheTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(DocumentCacheTest);
    CPPUNIT_TEST(isKeptForASecond);
    CPPUNIT_TEST(isMadeAnewWhenTheRegistryChanges);
    CPPUNIT_TEST(isMadeAnewWhenTheNodesRecordChanges);
    CPPUNIT_TEST(aCostlyOneRests);
    CPPUNIT_TEST(nobodyWaitsForACostlyOneThatIsThere);
    CPPUNIT_TEST_SUITE_END();

    /// Whose record changes when a test says so.
    struct ChangingNode : TestNode
    {
        std::shared_ptr<const node::Enr> record() const override { return now; }

        std::shared_ptr<const node::Enr> now = TestNode::record();
    };

    ChangingNode _node;
    TestRegistry _registry;
    Duration _takes{0};
    int _made = 0;
    std::function<void()> _meanwhile;
    DocumentCache _cache{_node, _registry, _registry.clock, [this](const Snapshot&) {
                             _registry.clock.advance(_takes);
                             if (_meanwhile)
                                 _meanwhile();
                             return http::ApiResponse::complete(200, "text/plain", std::to_string(++_made));
                         }};

    std::string get() { return std::get<std::string>(_cache.get().body()); }
    void change(unsigned number)
    {
        const node::NodeEndpoint where{node::IpAddress::v4(10, 0, 0, 1), 1, 1};
        _registry.apply({registry::PutClaim{{"test", registry::Peer::at(testKey(number), where), {}}}},
                        [](const auto&) {});
    }

    void isKeptForASecond()
    {
        CPPUNIT_ASSERT_EQUAL(std::string("1"), get());
        _registry.clock.advance(999ms);
        CPPUNIT_ASSERT_EQUAL(std::string("1"), get());
        _registry.clock.advance(1ms);
        CPPUNIT_ASSERT_EQUAL(std::string("2"), get());
    }

    void isMadeAnewWhenTheRegistryChanges()
    {
        _takes = 49ms;
        CPPUNIT_ASSERT_EQUAL(std::string("1"), get());
        change(2);
        CPPUNIT_ASSERT_EQUAL(std::string("2"), get());
        CPPUNIT_ASSERT_EQUAL(std::string("2"), get());
    }

    void isMadeAnewWhenTheNodesRecordChanges()
    {
        CPPUNIT_ASSERT_EQUAL(std::string("1"), get());
        _node.now = std::make_shared<const node::Enr>(*_node.now);
        CPPUNIT_ASSERT_EQUAL(std::string("2"), get());
        CPPUNIT_ASSERT_EQUAL(std::string("2"), get());
    }

    void aCostlyOneRests()
    {
        _takes = 200ms;
        CPPUNIT_ASSERT_EQUAL(std::string("1"), get());
        change(2);
        _registry.clock.advance(1999ms);
        CPPUNIT_ASSERT_EQUAL(std::string("1"), get());
        _registry.clock.advance(1ms);
        CPPUNIT_ASSERT_EQUAL(std::string("2"), get());
    }

    /// Else all threads that serve requests would wait while one of them makes it.
    void nobodyWaitsForACostlyOneThatIsThere()
    {
        _takes = 100ms;
        CPPUNIT_ASSERT_EQUAL(std::string("1"), get());
        _registry.clock.advance(10s);
        std::promise<void> begun;
        std::promise<void> looked;
        _meanwhile = [&] {
            begun.set_value();
            looked.get_future().wait();
        };
        auto next = std::async(std::launch::async, [this] { return get(); });
        begun.get_future().wait();
        auto shown = std::async(std::launch::async, [this] { return get(); });
        const bool waits = shown.wait_for(100s) != std::future_status::ready;
        looked.set_value();
        CPPUNIT_ASSERT(!waits);
        CPPUNIT_ASSERT_EQUAL(std::string("1"), shown.get());
        CPPUNIT_ASSERT_EQUAL(std::string("2"), next.get());
        CPPUNIT_ASSERT_EQUAL(std::string("2"), get());
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(DocumentCacheTest);

} // namespace waymark::httpapi
