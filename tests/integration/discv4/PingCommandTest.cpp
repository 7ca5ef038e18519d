#include "commands/PingCommand.h"

#include "LinkedBootnode.h"

#include <waymark/testkit/TestKeys.h>

#include <cppunit/TestFixture.h>
#include <cppunit/extensions/HelperMacros.h>

#include <sstream>
#include <string>
#include <vector>

namespace waymark::discv4::testing
{

class PingCommandTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(PingCommandTest);
    CPPUNIT_TEST(showsTheAnswersOfANode);
    CPPUNIT_TEST(asksANodeByItsRecord);
    CPPUNIT_TEST(printsJsonWhenAsked);
    CPPUNIT_TEST(endsWith69WhenTheKeyIsAnothers);
    CPPUNIT_TEST(endsWith64ForWrongArguments);
    CPPUNIT_TEST(tellsTheUnitOfTheTimeout);
    CPPUNIT_TEST(explainsItself);
    CPPUNIT_TEST_SUITE_END();

public:
    void showsTheAnswersOfANode()
    {
        const LinkedBootnode bootnode;
        CPPUNIT_ASSERT_EQUAL(0, run({"--count", "2", bootnode.enode()}));
        const std::string line = "pong from " + bootnode.udp().toString() + ": time=";
        CPPUNIT_ASSERT(_out.find(line) == 0 && _out.rfind(line) > 0);
        CPPUNIT_ASSERT(_out.find("enr-seq=" + std::to_string(bootnode.local().record()->seq())) !=
                       std::string::npos);
        CPPUNIT_ASSERT_EQUAL(std::string(), _error);
    }

    void asksANodeByItsRecord()
    {
        const LinkedBootnode bootnode;
        CPPUNIT_ASSERT_EQUAL(0, run({bootnode.local().record()->toString()}));
    }

    void printsJsonWhenAsked()
    {
        const LinkedBootnode bootnode;
        CPPUNIT_ASSERT_EQUAL(0, run({"--json", bootnode.enode()}));
        CPPUNIT_ASSERT(_out.starts_with(R"({"address":"127.0.0.1:)"));
        CPPUNIT_ASSERT(_out.find(R"("answered":true,"round_trip_ms":)") != std::string::npos);
        CPPUNIT_ASSERT(_out.ends_with("}\n"));
    }

    void endsWith69WhenTheKeyIsAnothers()
    {
        const LinkedBootnode bootnode;
        const std::string another =
            "enode://" + testkit::testKey(5).publicKey().hex() + "@" + bootnode.udp().toString();
        CPPUNIT_ASSERT_EQUAL(69, run({"--timeout", "200", another}));
        CPPUNIT_ASSERT(_out.starts_with("no answer from 127.0.0.1:"));
    }

    void endsWith64ForWrongArguments()
    {
        for (const auto& words : std::vector<std::vector<std::string>>{
                 {}, {"nonsense"}, {"--count", "0", "x"}, {"--count"}, {"--slow", "x"}, {"a", "b"}}) {
            CPPUNIT_ASSERT_EQUAL(64, run(words));
            CPPUNIT_ASSERT(_error.starts_with("discv4 ping: "));
            CPPUNIT_ASSERT(_error.find("--help") != std::string::npos);
            CPPUNIT_ASSERT_EQUAL(std::string(), _out);
        }
    }

    void tellsTheUnitOfTheTimeout()
    {
        CPPUNIT_ASSERT_EQUAL(64, run({"--timeout", "2s", "x"}));
        CPPUNIT_ASSERT_MESSAGE(_error, _error.find("milliseconds") != std::string::npos);
    }

    void explainsItself()
    {
        CPPUNIT_ASSERT_EQUAL(0, run({"--help"}));
        CPPUNIT_ASSERT(_out.starts_with("usage: waymark discv4 ping"));
    }

private:
    int run(const std::vector<std::string>& words)
    {
        std::istringstream in;
        std::ostringstream out;
        std::ostringstream error;
        const int code = PingCommand().run({words, in, out, error, false});
        _out = out.str();
        _error = error.str();
        return code;
    }

    std::string _out;
    std::string _error;
};

CPPUNIT_TEST_SUITE_REGISTRATION(PingCommandTest);

} // namespace waymark::discv4::testing
