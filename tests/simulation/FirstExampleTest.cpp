#include <cppunit/TestFixture.h>
#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>

// [first example]
#include <waymark/testkit/sim/ReproducibleRun.h>
#include <waymark/testkit/sim/SimNetwork.h>

namespace sim = waymark::testkit::sim;
using namespace std::chrono_literals;

/// Counts what it hears and says it back.
class Echo final : public waymark::net::DatagramConsumer
{
public:
    int heard = 0;
    bool consume(const waymark::net::Datagram& datagram, waymark::net::DatagramSink& sink) noexcept override
    {
        ++heard;
        sink.send({datagram.remote, datagram.local, datagram.payload});
        return true;
    }
};

void halfOfThemComeThrough()
{
    const sim::ReproducibleRun run; // prints the seed and the command when the test fails
    sim::Simulation simulation(run);
    sim::SimNetwork network(simulation, {.loss = 0.5, .delay = 40ms});
    sim::Host& server = network.addHost("1.0.0.1");
    sim::Host& client = network.addHost("2.0.0.2");

    Echo echo;
    const auto serving = server.open({.listen = {server.address(), 7}}).value();
    const auto reception = serving->attach(echo, 0);
    serving->start();
    const auto asking = client.open({.listen = {client.address(), 0}}).value();
    const auto timer = client.timers().every(
        100ms, [&] { static_cast<void>(asking->send({serving->bound(), {}, waymark::asBytes("hello")})); });
    simulation.advance(1h); // takes milliseconds

    CPPUNIT_ASSERT(echo.heard > 17'500 && echo.heard < 18'500);
    CPPUNIT_ASSERT_EQUAL(network.counts().ended() + network.counts().pending, network.counts().sent);
}
// [end]

namespace waymark::testkit::sim
{

/// The example of docs/testing.md runs, and is the one in the document.
class FirstExampleTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(FirstExampleTest);
    CPPUNIT_TEST(runs);
    CPPUNIT_TEST(standsInTheDocument);
    CPPUNIT_TEST_SUITE_END();

public:
    void runs() { halfOfThemComeThrough(); }

    void standsInTheDocument()
    {
        const std::string own = contentOf("/tests/simulation/FirstExampleTest.cpp");
        const std::string opening = "// [first example]\n";
        const auto begin = own.find(opening) + opening.size();
        const auto example = own.substr(begin, own.find("// [end]\n") - begin);
        CPPUNIT_ASSERT(std::ranges::count(example, '\n') > 20);
        CPPUNIT_ASSERT(contentOf("/docs/testing.md").find("```cpp\n" + example + "```\n") !=
                       std::string::npos);
    }

private:
    static std::string contentOf(const std::string& file)
    {
        std::ifstream stream(WAYMARK_SOURCE_DIR + file);
        std::ostringstream content;
        content << stream.rdbuf();
        return content.str();
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(FirstExampleTest);

} // namespace waymark::testkit::sim
