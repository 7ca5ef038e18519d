#include "commands/PingCommand.h"

#include "CommandRun.h"
#include "LinkedBootnode.h"

#include <waymark/testkit/TestKeys.h>

#include <cppunit/TestFixture.h>
#include <cppunit/extensions/HelperMacros.h>

#include <string>
#include <vector>

namespace waymark::discv4::testing
{

class PingCommandTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(PingCommandTest);
    CPPUNIT_TEST(showsTheAnswersOfANode);
    CPPUNIT_TEST(asksANodeByItsRecordOrItsName);
    CPPUNIT_TEST(printsJsonWhenAsked);
    CPPUNIT_TEST(tellsWhoElseAnswers);
    CPPUNIT_TEST(tellsThatNothingListens);
    CPPUNIT_TEST(endsWith64ForWrongArguments);
    CPPUNIT_TEST(pointsAtWhatIsWrongWithTheNode);
    CPPUNIT_TEST(refusesAKeyFileThatIsNone);
    CPPUNIT_TEST(explainsItself);
    CPPUNIT_TEST_SUITE_END();

public:
    void showsTheAnswersOfANode()
    {
        const LinkedBootnode bootnode;
        const auto run = ping({"--count", "2", "--interval", "10ms", bootnode.enode()});
        CPPUNIT_ASSERT_EQUAL(0, run.code);
        const std::string line = "pong from " + bootnode.udp().toString() + ": seq=";
        CPPUNIT_ASSERT_MESSAGE(run.out, run.out.starts_with(line + "1 ") &&
                                            run.out.find(line + "2 ") != std::string::npos);
        CPPUNIT_ASSERT(run.out.find("enr-seq=" + std::to_string(bootnode.local().record()->seq())) !=
                       std::string::npos);
        CPPUNIT_ASSERT(run.out.find("\n2 sent, 2 received, 0% lost, time ") != std::string::npos);
        CPPUNIT_ASSERT(run.out.find("\nrtt min/avg/max/mdev = ") != std::string::npos);
        CPPUNIT_ASSERT_EQUAL(std::string(), run.error);
    }

    void asksANodeByItsRecordOrItsName()
    {
        const LinkedBootnode bootnode;
        CPPUNIT_ASSERT_EQUAL(0, ping({bootnode.local().record()->toString()}).code);
        const std::string named =
            "enode://" + bootnode.key().hex() + "@localhost:" + std::to_string(bootnode.udp().port);
        CPPUNIT_ASSERT_EQUAL(0, ping({named}).code);
    }

    void printsJsonWhenAsked()
    {
        const LinkedBootnode bootnode;
        const auto run = ping({"--json", "--count", "2", "--interval", "10ms", bootnode.enode()});
        const auto objects = run.objects();
        CPPUNIT_ASSERT_EQUAL(std::size_t{3}, objects.size());
        for (const int sequence : {1, 2}) {
            const auto& object = objects.at(static_cast<std::size_t>(sequence) - 1);
            CPPUNIT_ASSERT_EQUAL(bootnode.udp().toString(), object->getValue<std::string>("address"));
            CPPUNIT_ASSERT_EQUAL(sequence, object->getValue<int>("sequence"));
            CPPUNIT_ASSERT(object->getValue<bool>("answered"));
            CPPUNIT_ASSERT(object->getValue<double>("rtt_ms") > 0);
            CPPUNIT_ASSERT_EQUAL(bootnode.local().record()->seq(), object->getValue<Poco::UInt64>("enr_seq"));
        }
        const auto summary = objects.back()->getObject("summary");
        CPPUNIT_ASSERT_EQUAL(2, summary->getValue<int>("sent"));
        CPPUNIT_ASSERT_EQUAL(2, summary->getValue<int>("received"));
        CPPUNIT_ASSERT_EQUAL(0.0, summary->getValue<double>("lost_percent"));
        CPPUNIT_ASSERT(summary->getValue<double>("rtt_min_ms") <= summary->getValue<double>("rtt_max_ms"));
    }

    void tellsWhoElseAnswers()
    {
        const LinkedBootnode bootnode;
        const std::string another =
            "enode://" + testkit::testKey(5).publicKey().hex() + "@" + bootnode.udp().toString();
        const auto run = ping({another});
        CPPUNIT_ASSERT_EQUAL(69, run.code);
        CPPUNIT_ASSERT(run.out.starts_with("another node answers at 127.0.0.1:"));
        CPPUNIT_ASSERT(run.out.find("1 sent, 0 received, 100% lost") != std::string::npos);
        CPPUNIT_ASSERT(run.error.find(bootnode.key().hex()) != std::string::npos);
    }

    void tellsThatNothingListens()
    {
        const auto run =
            ping({"--json", "enode://" + testkit::testKey(5).publicKey().hex() + "@127.0.0.1:9"});
        CPPUNIT_ASSERT_EQUAL(69, run.code);
        CPPUNIT_ASSERT_EQUAL(std::string("refused"), run.objects().front()->getValue<std::string>("trouble"));
        CPPUNIT_ASSERT(run.objects().back()->getObject("summary")->isNull("rtt_avg_ms"));
    }

    void endsWith64ForWrongArguments()
    {
        const std::string node = "enode://" + testkit::testKey(5).publicKey().hex() + "@127.0.0.1:1";
        for (const auto& words : std::vector<std::vector<std::string>>{{},
                                                                       {"nonsense"},
                                                                       {"--count", "x", node},
                                                                       {"--count"},
                                                                       {"--slow", "x"},
                                                                       {"a", "b"},
                                                                       {"--timeout", "0", node},
                                                                       {"--timeout", "999999d", node},
                                                                       {"--timeout", "1000 ms", node},
                                                                       {"--interval", "1ms", node}}) {
            const auto run = ping(words);
            CPPUNIT_ASSERT_EQUAL(64, run.code);
            CPPUNIT_ASSERT(run.error.starts_with("discv4 ping: "));
            CPPUNIT_ASSERT(run.error.find("--help") != std::string::npos);
            CPPUNIT_ASSERT_EQUAL(std::string(), run.out);
        }
    }

    void pointsAtWhatIsWrongWithTheNode()
    {
        const auto run = ping({"enode://12@127.0.0.1:30303"});
        CPPUNIT_ASSERT_EQUAL(std::string("discv4 ping: NODE: enode URL, id at character 9: it has 128 hex "
                                         "digits, not 2; see --help\n"
                                         "  enode://12@127.0.0.1:30303\n"
                                         "          ^\n"),
                             run.error);
    }

    void refusesAKeyFileThatIsNone()
    {
        const auto run = ping(
            {"--key", "/nowhere/key", "enode://" + testkit::testKey(5).publicKey().hex() + "@127.0.0.1:1"});
        CPPUNIT_ASSERT_EQUAL(77, run.code);
        CPPUNIT_ASSERT(run.error.find("/nowhere/key") != std::string::npos);
    }

    void explainsItself()
    {
        const auto run = ping({"--help"});
        CPPUNIT_ASSERT_EQUAL(0, run.code);
        CPPUNIT_ASSERT(run.out.starts_with("usage: waymark discv4 ping"));
    }

private:
    static CommandRun ping(const std::vector<std::string>& words) { return {PingCommand(), words}; }
};

CPPUNIT_TEST_SUITE_REGISTRATION(PingCommandTest);

} // namespace waymark::discv4::testing
