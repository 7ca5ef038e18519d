#include "commands/RegistrationKeeper.h"

#include "TestServer.h"
#include "commands/RegisterCommand.h"

#include <waymark/testkit/HostNames.h>
#include <waymark/testkit/TemporaryFolder.h>

#include <Poco/String.h>
#include <cppunit/extensions/HelperMacros.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <functional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace waymark::httpapi
{

namespace
{

using namespace std::chrono_literals;
using plugin::ExitCode;

/// Goes on whenever somebody looks at it, so that nobody waits: by minutes where waits are measured, and by a
/// second where proofs and records are dated.
class HurryingClock final : public Clock
{
public:
    /// Happens at each look at the date, which is counted from 1; returns by how much it is wrong.
    using AtLook = std::function<Duration(int look)>;

    explicit HurryingClock(AtLook atLook) : _atLook(std::move(atLook)) {}

    MonotonicTime now() const noexcept override { return MonotonicTime(10min * ++_waits); }
    WallTime wallNow() const noexcept override
    {
        const int look = ++_looks;
        return testkit::ManualClock::start + 1s * look + _atLook(look);
    }

private:
    AtLook _atLook;
    mutable int _waits = 0;
    mutable int _looks = 0;
};

/// Gets a signal whenever it is asked, and never answers.
class MuteNames final : public net::Resolver
{
public:
    Subscription resolve(std::string, Completion) override
    {
        std::raise(SIGTERM);
        return {};
    }
};

} // namespace

/// Against a server that really serves, with a clock and names of their own.
class RegistrationKeeperTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(RegistrationKeeperTest);
    CPPUNIT_TEST(renewsAndSaysNothing);
    CPPUNIT_TEST(waitsForAClockThatIsBehind);
    CPPUNIT_TEST(waitsForAClockThatIsAhead);
    CPPUNIT_TEST(clockThatNeverWasRightIsFinal);
    CPPUNIT_TEST(leavesWhatANewerHolderRegistered);
    CPPUNIT_TEST(takesBackWithoutLookingTheNameUp);
    CPPUNIT_TEST(signalEndsALookup);
    CPPUNIT_TEST(saysThatNoLeaseEndsWhatIsForEver);
    CPPUNIT_TEST_SUITE_END();

    static constexpr const char* name = "bootnode.example";

    const testkit::TemporaryFolder _folder;
    testkit::HostNames _names;
    TestServer _server{Values{{"registration", "proof"}}};
    std::string _told;

public:
    void setUp() override
    {
        _server.start();
        _names.set(name, {_server.endpoint().ip});
    }

private:
    std::vector<std::string> words(std::vector<std::string> more = {}) const
    {
        const auto key = _folder.write("node.key", testSecret(2));
        std::filesystem::permissions(key, std::filesystem::perms::owner_read |
                                              std::filesystem::perms::owner_write);
        const std::string url = "http://" + std::string(name) + ':' + std::to_string(_server.endpoint().port);
        more.insert(more.end(), {"--key", key.string(), "--ip", "10.0.1.5", "--url", url});
        return more;
    }

    ExitCode keep(const Clock& clock, net::Resolver& names, const std::vector<std::string>& more = {})
    {
        std::istringstream in;
        std::ostringstream out;
        std::ostringstream error;
        RegisterCommand command(clock);
        const plugin::CommandContext context{words(more), in, out, error};
        const auto values = command.line().read(context);
        auto client = ProvenClient::open(*values, clock);
        CPPUNIT_ASSERT_MESSAGE(client ? "" : client.error().message, client.has_value());
        client->resolveBy(names);
        auto registration = OwnRegistration::from(*values, client->key(), clock);
        Notices notices(command.line(), context, false);
        SystemRandom random;
        const toolkit::Interruption interruption;
        const auto code =
            RegistrationKeeper(*client, *registration, notices, clock, random).run(interruption);
        _told = error.str();
        return code;
    }
    void assertTells(const std::string& text, std::size_t times = 1) const
    {
        std::size_t found = 0;
        for (auto at = _told.find(text); at != std::string::npos; at = _told.find(text, at + 1))
            ++found;
        CPPUNIT_ASSERT_EQUAL_MESSAGE(text + " in: " + _told, times, found);
    }
    static void assertIs(ExitCode wanted, ExitCode code)
    {
        CPPUNIT_ASSERT_EQUAL(static_cast<int>(wanted), static_cast<int>(code));
    }
    /// Nobody looks as often as that but who goes on for ever.
    static Duration endAt(int last, int look)
    {
        if (look == last)
            std::raise(SIGTERM);
        return 0s;
    }

    void renewsAndSaysNothing()
    {
        assertIs(ExitCode::ok, keep(HurryingClock([](int look) { return endAt(30, look); }), _names));
        assertTells("\n", 2);
        assertTells("registered at 10.0.1.5:30303, to be renewed\n");
        assertTells("the registration is taken back\n");
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, _server.registry.size());
    }

    /// A host that slept, say, and is told the time only later. The lease is over long before.
    void waitsForAClockThatIsBehind() { waitsForAClock(-2h, "the proof has expired"); }
    void waitsForAClockThatIsAhead() { waitsForAClock(2h, "the proof is valid for too long"); }

    void waitsForAClock(Duration wrong, const std::string& complaint)
    {
        const HurryingClock clock([wrong](int look) {
            endAt(40, look);
            return look > 4 && look <= 24 ? wrong : 0s;
        });
        assertIs(ExitCode::ok, keep(clock, _names));
        assertTells(complaint);
        assertTells("renewed again\n");
        assertTells("the registration is taken back\n");
    }

    void clockThatNeverWasRightIsFinal()
    {
        assertIs(ExitCode::keyFile, keep(HurryingClock([](int) { return -2h; }), _names));
        assertTells("the proof has expired");
    }

    /// A pod that takes over from this one.
    void leavesWhatANewerHolderRegistered()
    {
        const HurryingClock clock([this](int look) {
            if (look == 4)
                registerNewer();
            return endAt(6, look);
        });
        assertIs(ExitCode::ok, keep(clock, _names));
        assertTells("a newer record of this peer was registered meanwhile: it is left as it is\n");
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, _server.registry.size());
    }
    void registerNewer() const
    {
        std::istringstream in;
        std::ostringstream out;
        std::ostringstream error;
        const HurryingClock later([](int) { return 100s; });
        auto all = words({"--once"});
        all.back() = Poco::replace(all.back(), std::string(name), std::string("127.0.0.1"));
        const int code = RegisterCommand(later).run({all, in, out, error});
        CPPUNIT_ASSERT_EQUAL_MESSAGE(error.str(), 0, code);
    }

    void takesBackWithoutLookingTheNameUp()
    {
        const HurryingClock clock([this](int look) {
            if (look == 4)
                _names.mute(name);
            return endAt(4, look);
        });
        assertIs(ExitCode::ok, keep(clock, _names, {"--timeout", "1h"}));
        assertTells("the registration is taken back\n");
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, _server.registry.size());
    }

    void signalEndsALookup()
    {
        MuteNames mute;
        assertIs(ExitCode::unavailable,
                 keep(HurryingClock([](int) { return 0s; }), mute, {"--timeout", "1h"}));
        assertTells("nothing was registered");
    }

    void saysThatNoLeaseEndsWhatIsForEver()
    {
        const HurryingClock clock([this](int look) {
            if (look == 4)
                _server.stop();
            return endAt(4, look);
        });
        assertIs(ExitCode::unavailable, keep(clock, _names, {"--ttl", "0s"}));
        assertTells("could not be taken back, and stays until somebody removes it (waymark peers remove)");
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(RegistrationKeeperTest);

} // namespace waymark::httpapi
