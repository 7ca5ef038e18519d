#include <waymark/testkit/Process.h>
#include <waymark/testkit/Rest.h>
#include <waymark/testkit/TemporaryFolder.h>

#include <cppunit/extensions/HelperMacros.h>

#include <csignal>
#include <set>
#include <string>
#include <sys/resource.h>

namespace waymark::testkit::fault
{

/// The daemon with too few descriptors: at its start an error that says so, later no end of its service.
class DescriptorsTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(DescriptorsTest);
    CPPUNIT_TEST(aStartWithTooFewIsAClearError);
    CPPUNIT_TEST(goesOnWhenThereAreSomeAgain);
    CPPUNIT_TEST(takesAsManyAsTheSystemGrants);
    CPPUNIT_TEST(tellsOfALimitThatIsTooLowForItsConnections);
    CPPUNIT_TEST_SUITE_END();

    static constexpr const char* daemon = WAYMARK_BUILD_DIR "/bin/waymarkd";
    TemporaryFolder _folder;

    std::string config()
    {
        return _folder
            .write("bootnode.properties", "waymark.plugins = registry-sqlite, discv4, http-api\n"
                                          "waymark.state-dir = state\nnode.key = ephemeral\n"
                                          "discv4.listen = 127.0.0.1:0\nhttp-api.listen = 127.0.0.1:0\n")
            .string();
    }

    void aStartWithTooFewIsAClearError()
    {
        const std::set<int> documented{69, 70, 75, 77, 78};
        int refusals = 0;
        for (int limit = 4; refusals == limit - 4; ++limit) {
            Process process("/bin/sh", {"-c", "ulimit -n " + std::to_string(limit) + "; exec " + daemon +
                                                  " --set http-api.max-connections=1 --config " + config()});
            if (process.waitForLine("host.ready")) {
                process.signal(SIGTERM);
                CPPUNIT_ASSERT_EQUAL(0, process.waitForExit().value());
                break;
            }
            const auto code = process.waitForExit();
            CPPUNIT_ASSERT(code.has_value());
            CPPUNIT_ASSERT_MESSAGE(process.output(), documented.contains(*code));
            CPPUNIT_ASSERT_MESSAGE(process.output(), process.output().find("open") != std::string::npos);
            ++refusals;
        }
        CPPUNIT_ASSERT_MESSAGE(std::to_string(refusals), refusals > 3 && refusals < 40);
    }

    static void limit(pid_t process, rlim_t descriptors)
    {
        rlimit limits{};
        CPPUNIT_ASSERT_EQUAL(0, ::prlimit(process, RLIMIT_NOFILE, nullptr, &limits));
        limits.rlim_cur = descriptors;
        CPPUNIT_ASSERT_EQUAL(0, ::prlimit(process, RLIMIT_NOFILE, &limits, nullptr));
    }

    void goesOnWhenThereAreSomeAgain()
    {
        Process process(daemon, {"--config", config()});
        const std::string line = process.expectLine("http.listening");
        process.expectLine("host.ready");
        const auto digits = line.substr(line.find("127.0.0.1:"));
        const Rest rest("http://" + digits.substr(0, digits.find_first_of(" \"")));
        CPPUNIT_ASSERT_EQUAL(200, rest.get("/health").status);
        constexpr rlim_t standardStreams = 3;
        limit(process.pid(), standardStreams);
        const Rest impatient(rest.url(), std::chrono::seconds(2));
        CPPUNIT_ASSERT(impatient.get("/health").status != 200);
        limit(process.pid(), 1024);
        CPPUNIT_ASSERT_EQUAL(200, rest.get("/health").status);
        process.signal(SIGTERM);
        CPPUNIT_ASSERT_EQUAL(0, process.waitForExit().value());
    }

    void takesAsManyAsTheSystemGrants()
    {
        Process process("/bin/sh", {"-c", std::string("ulimit -S -n 200; exec ") + daemon + " --set " +
                                              "http-api.max-connections=300 --config " + config()});
        process.expectLine("host.ready");
        rlimit limits{};
        CPPUNIT_ASSERT_EQUAL(0, ::prlimit(process.pid(), RLIMIT_NOFILE, nullptr, &limits));
        CPPUNIT_ASSERT_EQUAL(limits.rlim_max, limits.rlim_cur);
        CPPUNIT_ASSERT(process.output().find("http.limited") == std::string::npos);
        process.signal(SIGTERM);
        CPPUNIT_ASSERT_EQUAL(0, process.waitForExit().value());
    }

    void tellsOfALimitThatIsTooLowForItsConnections()
    {
        Process process("/bin/sh", {"-c", std::string("ulimit -n 200; exec ") + daemon + " --set " +
                                              "http-api.max-connections=300 --config " + config()});
        const std::string line = process.expectLine("http.limited");
        CPPUNIT_ASSERT_MESSAGE(line, line.find("max_connections=300 possible=150") != std::string::npos);
        process.expectLine("host.ready");
        process.signal(SIGTERM);
        CPPUNIT_ASSERT_EQUAL(0, process.waitForExit().value());
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(DescriptorsTest);

} // namespace waymark::testkit::fault
