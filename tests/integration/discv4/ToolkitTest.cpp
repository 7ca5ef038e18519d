#include <waymark/testkit/Daemon.h>
#include <waymark/testkit/Process.h>
#include <waymark/testkit/TemporaryFolder.h>

#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>
#include <cppunit/TestFixture.h>
#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>
#include <csignal>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::discv4::testing
{

using testkit::Process;

/// The real waymark against a real waymarkd.
class ToolkitTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(ToolkitTest);
    CPPUNIT_TEST(everyQuestionIsAnswered);
    CPPUNIT_TEST(pingEndsWithStatisticsWhenItIsStopped);
    CPPUNIT_TEST(listenIsANodeUntilItIsStopped);
    CPPUNIT_TEST(listenSaysThatAnAddressIsInUse);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override
    {
        _folder = std::make_unique<testkit::TemporaryFolder>();
        _daemon = std::make_unique<testkit::Daemon>(_folder->path(), testkit::Properties{});
        _enode = _daemon->info()->getValue<std::string>("enode");
    }

    void tearDown() override
    {
        _daemon.reset();
        _folder.reset();
    }

    void everyQuestionIsAnswered()
    {
        for (const auto& words :
             std::vector<std::vector<std::string>>{{"ping", "--timeout", "30s", _enode},
                                                   {"findnode", "--timeout", "30s", _enode},
                                                   {"enr-request", "--timeout", "30s", "--raw", _enode},
                                                   {"resolve", "--timeout", "30s", _enode}}) {
            Process process(program, words);
            const auto code = process.waitForExit();
            CPPUNIT_ASSERT_MESSAGE(process.output(), code == 0);
        }
    }

    void pingEndsWithStatisticsWhenItIsStopped()
    {
        Process process(program, {"ping", "--count", "0", "--interval", "20ms", _enode});
        // It goes on; one that is answered late counts as lost.
        while (lastAnswered(process.output()) < 3)
            CPPUNIT_ASSERT_MESSAGE(process.output(), !process.waitForExit(std::chrono::milliseconds(10)));
        process.signal(SIGINT);
        process.expectLine(" ping statistics ---");
        process.expectLine(" received, ");
        process.expectLine("rtt min/avg/max/mdev = ");
        CPPUNIT_ASSERT(process.waitForExit() == 0);
    }

    void listenIsANodeUntilItIsStopped()
    {
        Process listener(program, {"discv4", "listen", "--json", "--packets", "--listen", "127.0.0.1:0",
                                   "--bootnodes", _enode});
        const auto identity = parse(listener.expectLine(R"("event":"listening")"));
        for (const char* const event : {R"("event":"in")", R"("event":"found")"})
            CPPUNIT_ASSERT_EQUAL(_enode.substr(8, 128),
                                 parse(listener.expectLine(event))->getValue<std::string>("public_key"));
        listener.expectLine(R"("packet":"pong")");
        Process ping(program, {"ping", "--timeout", "30s", identity->getValue<std::string>("enr")});
        CPPUNIT_ASSERT(ping.waitForExit() == 0);
        // Others find it: it is told of by the daemon.
        Process find(program, {"resolve", "--timeout", "30s", "--raw", "--bootnodes", _enode,
                               identity->getValue<std::string>("enode").substr(8, 128)});
        CPPUNIT_ASSERT_MESSAGE(find.output(), find.waitForExit() == 0);
        CPPUNIT_ASSERT(find.output().find(identity->getValue<std::string>("enr")) != std::string::npos);
        listener.signal(SIGTERM);
        listener.expectLine("discv4 listen: nodes: ");
        CPPUNIT_ASSERT(listener.waitForExit() == 0);
    }

    void listenSaysThatAnAddressIsInUse()
    {
        const std::string taken = _enode.substr(_enode.find('@') + 1);
        Process listener(program, {"discv4", "listen", "--listen", taken});
        CPPUNIT_ASSERT(listener.waitForExit() == 69);
        CPPUNIT_ASSERT_MESSAGE(listener.output(), listener.output().find(taken) != std::string::npos);
    }

private:
    static constexpr const char* program = WAYMARK_BUILD_DIR "/bin/waymark";

    /// The number of the last PING that was answered; 0 when none was yet.
    static unsigned long lastAnswered(const std::string& output)
    {
        constexpr std::string_view number = " seq=";
        const auto pong = output.rfind("pong from ");
        const auto place = output.find(number, std::min(pong, output.size()));
        return place == std::string::npos ? 0 : std::stoul(output.substr(place + number.size()));
    }

    static Poco::JSON::Object::Ptr parse(const std::string& line)
    {
        return Poco::JSON::Parser().parse(line).extract<Poco::JSON::Object::Ptr>();
    }

    std::unique_ptr<testkit::TemporaryFolder> _folder;
    std::unique_ptr<testkit::Daemon> _daemon;
    std::string _enode;
};

CPPUNIT_TEST_SUITE_REGISTRATION(ToolkitTest);

} // namespace waymark::discv4::testing
