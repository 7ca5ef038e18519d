#include "host/tests/HostFixture.h"

#include <waymark/host/Host.h>
#include <waymark/node/NodeStore.h>
#include <waymark/testkit/ManualTimers.h>
#include <waymark/testkit/SeededRandom.h>
#include <waymark/testkit/TestKeys.h>

#include <cppunit/extensions/HelperMacros.h>

#include <stop_token>

namespace waymark::host
{

class HostTest : public HostFixture
{
    CPPUNIT_TEST_SUITE(HostTest);
    CPPUNIT_TEST(servesFromConstructionToDestruction);
    CPPUNIT_TEST(refusalIsThrownAndLogged);
    CPPUNIT_TEST(pluginsSeeWhatTheEmbedderPutInPlace);
    CPPUNIT_TEST(anEmbeddersKeyIsWrittenNowhere);
    CPPUNIT_TEST(runEndsWhenItIsAskedTo);
    CPPUNIT_TEST(runTellsWhyItDidNotStart);
    CPPUNIT_TEST_SUITE_END();

    class NoSockets final : public net::UdpSockets
    {
        Result<std::shared_ptr<net::UdpTransport>> open(const net::UdpOptions&) override
        {
            return failure(ErrorCode::unavailable, "there is no network");
        }
    };

    class OwnWorld final : public HostSeams
    {
    public:
        Clock& clock(Clock&) override { return manualClock; }
        Random& random(Random&) override { return seededRandom; }
        Timers& timers(Timers&) override { return manualTimers; }
        net::UdpSockets& sockets(net::UdpSockets&) override { return noSockets; }

        testkit::ManualClock manualClock;
        testkit::SeededRandom seededRandom;
        testkit::ManualTimers manualTimers{manualClock};
        NoSockets noSockets;
    };

    void servesFromConstructionToDestruction()
    {
        bool serving = false;
        auto& script = _plugins->add("a");
        script.start = [&] {
            serving = true;
        };
        script.stop = [&] {
            serving = false;
        };
        {
            const Host host(options("a"));
            CPPUNIT_ASSERT(serving);
            CPPUNIT_ASSERT(host.instances() == std::vector<std::string>{"a"});
        }
        CPPUNIT_ASSERT(!serving);
    }

    void refusalIsThrownAndLogged()
    {
        CPPUNIT_ASSERT_THROW(Host(options("missing")), HostError);
        assertContains(_log.str(), "host.refused: ");
        assertContains(_log.str(), "code=78");
        assertContains(_log.str(), "there is no missing.so");
    }

    void pluginsSeeWhatTheEmbedderPutInPlace()
    {
        OwnWorld world;
        _plugins->add("a");
        auto asked = options("a");
        asked.seams = &world;
        const Host host(std::move(asked));
        const auto services = host.services();
        CPPUNIT_ASSERT(&services.get<Clock>() == &world.manualClock);
        CPPUNIT_ASSERT(&services.get<Random>() == &world.seededRandom);
        CPPUNIT_ASSERT(&services.get<Timers>() == &world.manualTimers);
        CPPUNIT_ASSERT(&services.get<net::UdpSockets>() == &world.noSockets);
        testkit::SeededRandom sameSeed;
        CPPUNIT_ASSERT(services.get<node::LocalNode>().key() ==
                       node::SecretKey::generate(sameSeed).publicKey());
    }

    void anEmbeddersKeyIsWrittenNowhere()
    {
        _plugins->add("a");
        auto asked = options("a");
        asked.nodeKey = std::make_shared<const node::SecretKey>(testkit::testKey(1));
        asked.keepsState = false;
        const Host host(std::move(asked));
        const auto services = host.services();
        CPPUNIT_ASSERT(services.get<node::LocalNode>().key() == testkit::testKey(1).publicKey());
        auto& nodes = services.get<node::NodeStore>();
        CPPUNIT_ASSERT(nodes.save({}).has_value());
        CPPUNIT_ASSERT(nodes.load().value().empty());
        CPPUNIT_ASSERT(!std::filesystem::exists(_folder.path() / "state"));
    }

    void runEndsWhenItIsAskedTo()
    {
        _plugins->add("a");
        std::stop_source stopping;
        const auto code = run(options("a"), stopping.get_token(), [&](Host& host) {
            CPPUNIT_ASSERT(host.reload());
            stopping.request_stop();
        });
        CPPUNIT_ASSERT(code == plugin::ExitCode::ok);
        assertContains(_log.str(), "host.stopped");
    }

    void runTellsWhyItDidNotStart()
    {
        auto& script = _plugins->add("a");
        script.start = [] {
            throw plugin::StartError(plugin::ExitCode::unavailable, "somebody is there");
        };
        const auto code = run(options("a"), {}, [](Host&) { CPPUNIT_FAIL("it does not start"); });
        CPPUNIT_ASSERT(code == plugin::ExitCode::unavailable);
        assertContains(_log.str(), "somebody is there");
        CPPUNIT_ASSERT_EQUAL(_log.str().find("host.refused"), _log.str().rfind("host.refused"));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(HostTest);

} // namespace waymark::host
