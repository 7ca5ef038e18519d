#include "Examples.h"
#include "Program.h"

#include <cppunit/extensions/HelperMacros.h>

namespace waymark::testing
{

class EnodeCommandsTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(EnodeCommandsTest);
    CPPUNIT_TEST(showsTheParts);
    CPPUNIT_TEST(takesAHostName);
    CPPUNIT_TEST(pointsAtWhatIsWrong);
    CPPUNIT_TEST_SUITE_END();

    const std::string _start = "enode://" + examplePublicKey + '@';

    void showsTheParts()
    {
        const auto parts =
            _program.good({"enode", "parse", _start + "[2001:db8::7]:0?discport=30301", "--json"}).object();
        CPPUNIT_ASSERT_EQUAL(exampleNodeId, parts->getValue<std::string>("node_id"));
        CPPUNIT_ASSERT_EQUAL(examplePublicKey, parts->getValue<std::string>("public_key"));
        CPPUNIT_ASSERT_EQUAL(std::string("2001:db8::7"), parts->getValue<std::string>("ip"));
        CPPUNIT_ASSERT_EQUAL(0, parts->getValue<int>("tcp_port"));
        CPPUNIT_ASSERT_EQUAL(30301, parts->getValue<int>("udp_port"));
        const std::string shown = _program.good({"enode", "parse", _start + "10.0.0.1:30303"}).out;
        assertContains(shown, "address\t10.0.0.1\n");
        assertContains(shown, "scope\tprivate: not reachable from the internet\n");
    }

    void takesAHostName()
    {
        const auto parts =
            _program.good({"enode", "parse", _start + "boot.example:30303", "--json"}).object();
        CPPUNIT_ASSERT_EQUAL(std::string("boot.example"), parts->getValue<std::string>("host"));
        CPPUNIT_ASSERT(!parts->has("ip"));
    }

    /// Where the caret stands is the character at fault.
    void assertPoints(const std::string& url, const std::string& complaint, char character)
    {
        const Ran ran = _program.run({"enode", "parse", url});
        CPPUNIT_ASSERT_EQUAL(65, ran.code);
        CPPUNIT_ASSERT_EQUAL(std::string(), ran.out);
        assertContains(ran.error, complaint);
        const auto shown = ran.error.find('\n') + 1;
        const auto caret = ran.error.find('\n', shown) + 1;
        CPPUNIT_ASSERT_MESSAGE(ran.error, ran.error.ends_with("^\n") && caret - shown <= 81);
        CPPUNIT_ASSERT_EQUAL(character, ran.error[shown + ran.error.size() - caret - 2]);
    }

    void pointsAtWhatIsWrong()
    {
        assertPoints(std::string(_start).replace(100, 1, "z") + "10.0.0.1:1",
                     "id at character 101: no hex digit", 'z');
        assertPoints(_start + "10.0.0.256:1", "host at character 138", '1');
        assertPoints(_start + "10.0.0.1:port", "port at character 147", 'p');
        assertPoints(_start + "10.0.0.1:1?discport=70000", "discport at character 158", '7');
        assertPoints("http://10.0.0.1", "scheme at character 1: it starts with enode://", 'h');
        _program.bad(64, "ENODE is missing", {"enode", "parse"});
    }

    Program _program;
};

CPPUNIT_TEST_SUITE_REGISTRATION(EnodeCommandsTest);

} // namespace waymark::testing
