#include "net/SystemResolver.h"

#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <memory>
#include <new>
#include <optional>
#include <stdexcept>

namespace waymark::net
{

namespace
{

using Addresses = std::vector<node::IpAddress>;
using Answer = Result<Addresses>;

constexpr std::chrono::seconds patience{60};
const Addresses someAddress{node::IpAddress::v4(10, 0, 0, 1)};

/// An answer to come; ends the test when it does not.
class Expected
{
public:
    Resolver::Completion completion()
    {
        return [this](const Answer& answer) {
            _promise.set_value(answer);
        };
    }
    Answer get()
    {
        if (_answer.wait_for(patience) != std::future_status::ready)
            throw std::runtime_error("the resolver did not answer");
        return _answer.get();
    }

private:
    std::promise<Answer> _promise;
    std::future<Answer> _answer = _promise.get_future();
};

} // namespace

class SystemResolverTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(SystemResolverTest);
    CPPUNIT_TEST(knowsThisHost);
    CPPUNIT_TEST(hangingLookupHoldsUpNoOther);
    CPPUNIT_TEST(endsWhileALookupHangs);
    CPPUNIT_TEST(callsNobodyWhoseSubscriptionEnded);
    CPPUNIT_TEST(refusesMoreThanItKeeps);
    CPPUNIT_TEST(lookupThatThrowsIsAFailure);
    CPPUNIT_TEST(completionThatThrowsHoldsUpNoOther);
    CPPUNIT_TEST_SUITE_END();

    std::promise<void> _released;
    std::shared_future<void> _release = _released.get_future().share();

    /// Hangs until released when asked for "hang".
    SystemResolver::Lookup hanging()
    {
        return [release = _release](const std::string& name) -> Answer {
            if (name == "hang")
                release.wait();
            return someAddress;
        };
    }

    void knowsThisHost()
    {
        SystemResolver own;
        for (Resolver* const resolver : {static_cast<Resolver*>(&own), &systemResolver()}) {
            Expected expected;
            const auto lookup = resolver->resolve("localhost", expected.completion());
            const auto answer = expected.get();
            CPPUNIT_ASSERT_MESSAGE(answer ? "" : answer.error().message, answer && !answer->empty());
            CPPUNIT_ASSERT(std::ranges::all_of(
                *answer, [](const auto& ip) { return ip.scope() == node::IpScope::loopback; }));
        }
    }

    void hangingLookupHoldsUpNoOther()
    {
        SystemResolver resolver(hanging());
        Expected late;
        Expected expected;
        const auto hung = resolver.resolve("hang", late.completion());
        const auto lookup = resolver.resolve("other", expected.completion());
        CPPUNIT_ASSERT(expected.get().value() == someAddress);
        _released.set_value();
        CPPUNIT_ASSERT(late.get().value() == someAddress);
    }

    void endsWhileALookupHangs()
    {
        const auto isCalled = std::make_shared<std::atomic<bool>>(false);
        const auto begun = std::make_shared<std::promise<void>>();
        const auto ended = std::make_shared<std::promise<void>>();
        auto hasEnded = ended->get_future();
        {
            const auto lookup = [release = _release, begun, ended](const std::string&) -> Answer {
                begun->set_value();
                release.wait();
                ended->set_value();
                return someAddress;
            };
            SystemResolver resolver(lookup);
            const auto hung = resolver.resolve("hang", [isCalled](const Answer&) { *isCalled = true; });
            begun->get_future().wait();
        }
        _released.set_value();
        CPPUNIT_ASSERT(hasEnded.wait_for(patience) == std::future_status::ready);
        CPPUNIT_ASSERT(!*isCalled);
    }

    void callsNobodyWhoseSubscriptionEnded()
    {
        SystemResolver resolver(hanging());
        bool isCalled = false;
        auto hung = resolver.resolve("hang", [&](const Answer&) { isCalled = true; });
        hung.reset();
        Expected second;
        const auto after = resolver.resolve("hang", second.completion());
        _released.set_value();
        CPPUNIT_ASSERT(second.get());
        CPPUNIT_ASSERT(!isCalled);
    }

    void refusesMoreThanItKeeps()
    {
        SystemResolver resolver(hanging());
        std::vector<Subscription> hung;
        std::optional<Error> refusal;
        for (std::size_t i = 0; !refusal && i <= SystemResolver::mostThreads + SystemResolver::mostWaiting;
             ++i)
            hung.push_back(resolver.resolve("hang", [&](const Answer& answer) {
                if (!answer)
                    refusal = answer.error();
            }));
        CPPUNIT_ASSERT(refusal && refusal->code == ErrorCode::unavailable);
        hung.clear();
        _released.set_value();
    }

    void lookupThatThrowsIsAFailure()
    {
        SystemResolver resolver([](const std::string&) -> Answer { throw std::runtime_error("no luck"); });
        Expected expected;
        const auto lookup = resolver.resolve("name", expected.completion());
        CPPUNIT_ASSERT_EQUAL(std::string("no luck"), expected.get().error().message);
    }

    void completionThatThrowsHoldsUpNoOther()
    {
        SystemResolver resolver(hanging());
        std::vector<Subscription> lookups;
        for (std::size_t i = 0; i < SystemResolver::mostThreads; ++i)
            lookups.push_back(resolver.resolve("hang", [](const Answer&) { throw std::bad_alloc(); }));
        Expected expected; // waits until one of those is through
        lookups.push_back(resolver.resolve("other", expected.completion()));
        _released.set_value();
        CPPUNIT_ASSERT(expected.get().value() == someAddress);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(SystemResolverTest);

} // namespace waymark::net
