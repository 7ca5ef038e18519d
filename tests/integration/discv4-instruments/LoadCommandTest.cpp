#include "Utility.h"

#include <waymark/testkit/TemporaryFolder.h>
#include <waymark/testkit/TestKeys.h>

#include <Poco/JSON/Array.h>
#include <cppunit/extensions/HelperMacros.h>

#include <csignal>

namespace waymark::discv4::testing
{

class LoadCommandTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(LoadCommandTest);
    CPPUNIT_TEST(anOpenLoopSendsWhatItsRateSays);
    CPPUNIT_TEST(aMixOfThreeAsksForRecordsToo);
    CPPUNIT_TEST(aClosedLoopSendsTheNextWhenOneEnds);
    CPPUNIT_TEST(asksFromManyNodesAndAddresses);
    CPPUNIT_TEST(tellsWhatTheNodeRefusedAsLost);
    CPPUNIT_TEST(ratesThatCannotBeKeptAreSaidToBe);
    CPPUNIT_TEST(printsAHistogram);
    CPPUNIT_TEST(endsWithWhatItHasWhenInterrupted);
    CPPUNIT_TEST(saysThatNobodyAnswers);
    CPPUNIT_TEST(refusesWrongArguments);
    CPPUNIT_TEST_SUITE_END();

    const testkit::TemporaryFolder _folder;

    static Poco::JSON::Object::Ptr report(const Outcome& outcome)
    {
        CPPUNIT_ASSERT_EQUAL_MESSAGE(outcome.output, std::size_t{1}, outcome.objects().size());
        return outcome.objects().front();
    }

    static std::uint64_t number(const Poco::JSON::Object::Ptr& object, const std::string& name)
    {
        return object->getValue<std::uint64_t>(name);
    }

    /// Each answer is in the histogram once.
    static void requireWhole(const Poco::JSON::Object::Ptr& request)
    {
        std::uint64_t total = 0;
        const auto histogram = request->getArray("histogram");
        for (unsigned i = 0; i < histogram->size(); ++i)
            total += histogram->getArray(i)->getElement<std::uint64_t>(1);
        CPPUNIT_ASSERT_EQUAL(number(request, "answered"), total);
        CPPUNIT_ASSERT(request->getValue<double>("p50_ms") <= request->getValue<double>("p99_ms"));
        CPPUNIT_ASSERT(request->getValue<double>("p99_ms") <= request->getValue<double>("max_ms"));
    }

public:
    void anOpenLoopSendsWhatItsRateSays()
    {
        const testkit::Daemon daemon(_folder.path(), {});
        const auto outcome = waymark({"discv4", "load", "--rate", "200", "--duration", "1s", "--mix", "3:1",
                                      "--timeout", "30s", "--identities", "20", "--json", enodeOf(daemon)});
        CPPUNIT_ASSERT_EQUAL_MESSAGE(outcome.output, 0, outcome.code);
        const auto all = report(outcome);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(outcome.output, std::uint64_t{200}, number(all, "sent"));
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{200}, number(all, "answered"));
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{20}, number(all, "bonded"));
        CPPUNIT_ASSERT(!all->getValue<bool>("interrupted"));
        const auto requests = all->getArray("requests");
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{150}, number(requests->getObject(0), "sent"));
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{50}, number(requests->getObject(1), "sent"));
        requireWhole(requests->getObject(0));
        requireWhole(requests->getObject(1));
    }

    void aMixOfThreeAsksForRecordsToo()
    {
        const testkit::Daemon daemon(_folder.path(), {});
        const auto outcome = waymark({"load", "--rate", "100", "--duration", "500ms", "--mix", "5:4:1",
                                      "--timeout", "30s", "--identities", "20", "--json", enodeOf(daemon)});
        CPPUNIT_ASSERT_EQUAL_MESSAGE(outcome.output, 0, outcome.code);
        const auto all = report(outcome);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(outcome.output, std::uint64_t{50}, number(all, "answered"));
        const auto requests = all->getArray("requests");
        CPPUNIT_ASSERT_EQUAL(std::size_t{3}, requests->size());
        for (const auto& [place, sent] : {std::pair{0U, 25U}, {1U, 20U}, {2U, 5U}}) {
            CPPUNIT_ASSERT_EQUAL(std::uint64_t{sent}, number(requests->getObject(place), "sent"));
            requireWhole(requests->getObject(place));
        }
        CPPUNIT_ASSERT_EQUAL(std::string("enrrequest"),
                             requests->getObject(2)->getValue<std::string>("request"));
    }

    void aClosedLoopSendsTheNextWhenOneEnds()
    {
        const testkit::Daemon daemon(_folder.path(), {{"discv4.question-rate", "0"}});
        const auto outcome = waymark({"load", "--closed", "2", "--duration", "500ms", "--mix", "1:1",
                                      "--timeout", "30s", "--identities", "8", "--json", enodeOf(daemon)});
        CPPUNIT_ASSERT_EQUAL_MESSAGE(outcome.output, 0, outcome.code);
        const auto all = report(outcome);
        CPPUNIT_ASSERT_MESSAGE(outcome.output, number(all, "sent") > 2);
        CPPUNIT_ASSERT_EQUAL(number(all, "sent"), number(all, "answered"));
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{0}, number(all, "pending"));
    }

    void asksFromManyNodesAndAddresses()
    {
        const testkit::Daemon daemon(_folder.path(), {});
        const auto outcome = waymark({"load", "--rate", "50", "--duration", "200ms", "--identities", "12",
                                      "--addresses", "4", "--timeout", "30s", "--json", enodeOf(daemon)});
        CPPUNIT_ASSERT_EQUAL_MESSAGE(outcome.output, 0, outcome.code);
        const auto nodes = daemon.rest().get("/discovered").body;
        for (const char* const ip : {"127.0.0.1", "127.0.1.1", "127.0.2.1", "127.0.3.1"})
            CPPUNIT_ASSERT_MESSAGE(nodes, nodes.find('"' + std::string(ip) + '"') != std::string::npos);
    }

    void tellsWhatTheNodeRefusedAsLost()
    {
        // The question that goes with the proof is answered, and the next ones for a second not.
        const testkit::Daemon daemon(_folder.path(),
                                     {{"discv4.question-rate", "1"}, {"discv4.question-burst", "1"}});
        // The time-out is also that of the proof, and how long one who was held up may still send.
        const auto outcome = waymark({"load", "--rate", "40", "--duration", "1s", "--mix", "1:1",
                                      "--identities", "1", "--timeout", "3s", "--json", enodeOf(daemon)});
        CPPUNIT_ASSERT_EQUAL_MESSAGE(outcome.output, 0, outcome.code);
        const auto all = report(outcome);
        CPPUNIT_ASSERT_MESSAGE(outcome.output, number(all, "lost") > 0);
        CPPUNIT_ASSERT_MESSAGE(outcome.output, number(all, "waited") > 0);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(outcome.output, number(all, "sent"),
                                     number(all, "answered") + number(all, "lost"));
        CPPUNIT_ASSERT_MESSAGE(outcome.output, outcome.has("--identities gives more"));
    }

    void ratesThatCannotBeKeptAreSaidToBe()
    {
        const testkit::Daemon daemon(_folder.path(), {});
        const auto outcome = waymark({"load", "--rate", "1000000", "--duration", "10ms", "--mix", "1:0",
                                      "--identities", "2", "--timeout", "10s", "--json", enodeOf(daemon)});
        CPPUNIT_ASSERT_EQUAL_MESSAGE(outcome.output, 0, outcome.code);
        const auto all = report(outcome);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(outcome.output, std::uint64_t{10'000},
                                     number(all, "sent") + number(all, "unsent"));
        CPPUNIT_ASSERT_EQUAL_MESSAGE(outcome.output, number(all, "sent"),
                                     number(all, "answered") + number(all, "lost") + number(all, "pending"));
        CPPUNIT_ASSERT_MESSAGE("what left late took longer", all->getValue<double>("duration_s") > 0.01);
    }

    void printsAHistogram()
    {
        const testkit::Daemon daemon(_folder.path(), {});
        const auto outcome =
            waymark({"load", "--rate", "100", "--duration", "100ms", "--mix", "1:0", "--identities", "2",
                     "--timeout", "30s", "--histogram", enodeOf(daemon)});
        CPPUNIT_ASSERT_EQUAL_MESSAGE(outcome.output, 0, outcome.code);
        CPPUNIT_ASSERT_MESSAGE(outcome.output, outcome.has("sent\t10, "));
        CPPUNIT_ASSERT_MESSAGE(outcome.output, outcome.has("#[Total count    = 10]"));
    }

    void endsWithWhatItHasWhenInterrupted()
    {
        const testkit::Daemon daemon(_folder.path(), {});
        testkit::Process process(utility(), {"load", "--rate", "100", "--duration", "1h", "--mix", "1:0",
                                             "--identities", "1", "--json", enodeOf(daemon)});
        // Some PINGs were for the proof.
        const auto hasBegun = [&] {
            const std::string body = daemon.rest().get("/metrics").body;
            const std::string name = "packets_sent_total{type=\"pong\"} ";
            const auto place = body.find(name);
            return place != std::string::npos && std::stoul(body.substr(place + name.size())) >= 10;
        };
        while (!hasBegun())
            CPPUNIT_ASSERT_MESSAGE(process.output(), !process.waitForExit(std::chrono::milliseconds(10)));
        process.signal(SIGTERM);
        const auto code = process.waitForExit();
        const Outcome outcome{code.value_or(-1), process.output()};
        CPPUNIT_ASSERT_EQUAL_MESSAGE(outcome.output, 0, outcome.code);
        CPPUNIT_ASSERT(report(outcome)->getValue<bool>("interrupted"));
        CPPUNIT_ASSERT(number(report(outcome), "answered") > 0);
    }

    void saysThatNobodyAnswers()
    {
        const MuteNode mute;
        const auto load = [](const std::string& node) {
            return waymark({"load", "--rate", "1", "--identities", "1", "--timeout", "20ms", node});
        };
        const Outcome silent = load(mute.enode());
        CPPUNIT_ASSERT_EQUAL(69, silent.code);
        CPPUNIT_ASSERT_MESSAGE(silent.output, silent.has("within 20 ms, four times; check"));
        const Outcome closed = load(closedNode());
        CPPUNIT_ASSERT_EQUAL(69, closed.code);
        CPPUNIT_ASSERT_MESSAGE(closed.output, closed.has("nothing listens"));
    }

    void refusesWrongArguments()
    {
        const std::string node = "enode://" + testkit::testKey(5).publicKey().hex() + "@";
        const std::string local = node + "127.0.0.1:9";
        CPPUNIT_ASSERT_EQUAL(64, waymark({"load", local}).code);
        CPPUNIT_ASSERT_EQUAL(64, waymark({"load", "--rate", "1", "--closed", "1", local}).code);
        CPPUNIT_ASSERT_EQUAL(64, waymark({"load", "--rate", "0", local}).code);
        CPPUNIT_ASSERT_EQUAL(64, waymark({"load", "--rate", "1", "--mix", "2", local}).code);
        CPPUNIT_ASSERT_EQUAL(64,
                             waymark({"load", "--rate", "1", "--addresses", "2", node + "192.0.2.1:9"}).code);
        CPPUNIT_ASSERT_EQUAL(
            64, waymark({"load", "--rate", "1", "--addresses", "2", "--identities", "1", local}).code);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(LoadCommandTest);

} // namespace waymark::discv4::testing
