#include "SocketDaemon.h"
#include "TestCertificates.h"

#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace waymark::httpapi
{

/// The commands as people run them: waymark, against a waymarkd.
class PeerCommandsTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(PeerCommandsTest);
    CPPUNIT_TEST(addsShowsAndRemovesAPeer);
    CPPUNIT_TEST(listsHoweverManyPagesThereAre);
    CPPUNIT_TEST(takesWhatItCanOfAFile);
    CPPUNIT_TEST(standardInputIsCalledSo);
    CPPUNIT_TEST(beginningsOfIdsNameAPeer);
    CPPUNIT_TEST(labelsWithBlanksCanBeReadBack);
    CPPUNIT_TEST(watchesAcrossARestart);
    CPPUNIT_TEST(watchGoesOnFromARevision);
    CPPUNIT_TEST(statusTellsWhatTheDaemonIs);
    CPPUNIT_TEST(statusOfNobodyIs69);
    CPPUNIT_TEST(showsACertificateWhereOneIsAskedFor);
    CPPUNIT_TEST_SUITE_END();

    static void assertHas(const std::string& text, const std::string& part)
    {
        CPPUNIT_ASSERT_MESSAGE("'" + part + "' is missing in: " + text, text.find(part) != std::string::npos);
    }

    void addsShowsAndRemovesAPeer()
    {
        const SocketDaemon daemon;
        const std::string id = "0x" + SocketDaemon::id(2);
        assertHas(daemon.output({"peers", "add", "--id", id, "--ip", "10.0.1.5", "--ttl", "1h", "--label",
                                 "name=v1", "--json"}),
                  R"({"id":")" + id + R"(","ip":"10.0.1.5","tcp_port":30303)");
        const auto list = daemon.output({"peers", "list"});
        CPPUNIT_ASSERT_MESSAGE(list, list.starts_with(id + "\tapi\t10.0.1.5\t30303\t30303\t"));
        assertHas(list, "\tname=v1\n");
        assertHas(daemon.output({"peers", "get", "enode://" + id.substr(2) + "@10.0.1.5:30303"}),
                  "labels\tname=v1\n");
        CPPUNIT_ASSERT_EQUAL("id\t" + id + "\nremoved\tyes\n", daemon.output({"peers", "remove", id}));
        CPPUNIT_ASSERT_EQUAL(1, daemon.run({"peers", "get", id}).second);
        assertHas(daemon.output({"peers", "remove", id, "--json"}), R"("removed":false})");
        CPPUNIT_ASSERT_EQUAL(std::string("[]\n"), daemon.output({"peers", "list", "--json"}));
        CPPUNIT_ASSERT_EQUAL(64, daemon.run({"peers", "add", "--id", id}).second);
        CPPUNIT_ASSERT_EQUAL(64, daemon.run({"peers", "get", "enode://12@10.0.1.5:30303"}).second);
    }

    void listsHoweverManyPagesThereAre()
    {
        constexpr unsigned many = 2300;
        const SocketDaemon daemon;
        std::string lines = "# more than two pages\n";
        for (unsigned i = 2; i < many + 2; ++i)
            lines += "enode://" + SocketDaemon::id(i) + "@10.0.1.5:" + std::to_string(10000 + i) + '\n';
        const auto file = daemon.file("enodes.txt", lines);
        const auto added = daemon.output({"peers", "add", file, "--label", "from=file"});
        CPPUNIT_ASSERT_EQUAL(std::ptrdiff_t{many}, std::ranges::count(added, '\n'));
        CPPUNIT_ASSERT_EQUAL(std::ptrdiff_t{many},
                             std::ranges::count(daemon.output({"peers", "list"}), '\n'));
        CPPUNIT_ASSERT_EQUAL(
            std::ptrdiff_t{many},
            std::ranges::count(daemon.output({"peers", "list", "--label", "from=file"}), '\n'));
        CPPUNIT_ASSERT_EQUAL(std::string(), daemon.output({"peers", "list", "--label", "from=elsewhere"}));
    }

    void takesWhatItCanOfAFile()
    {
        const SocketDaemon daemon;
        const std::string good = R"("enode://)" + SocketDaemon::id(2) + R"(@10.0.1.5:30303")";
        const auto half = daemon.file("half.json", '[' + good + R"(, {"id": ")" + SocketDaemon::id(3) +
                                                       R"(", "ip": "224.0.0.1"}])");
        const auto [output, code] = daemon.run({"peers", "add", half});
        CPPUNIT_ASSERT_EQUAL_MESSAGE(output, 65, code);
        assertHas(output, "1\t201\tcreated\t0x" + SocketDaemon::id(2));
        assertHas(output, "2\t422\t");
        assertHas(output, "1 of 2 was not taken");
        const auto broken = daemon.file("broken.json", '[' + good + R"(, "enode://nobody"])");
        const auto [complaint, refused] = daemon.run({"peers", "add", broken});
        CPPUNIT_ASSERT_EQUAL_MESSAGE(complaint, 65, refused);
        assertHas(complaint, broken + ": entry 2: ");
        const auto secret = daemon.file("secret.json", R"([{"secret_key": ")" + SocketDaemon::secret(2) +
                                                           R"(", "ip": "10.0.1.5"}])");
        const auto [warning, kept] = daemon.run({"peers", "add", secret});
        CPPUNIT_ASSERT_EQUAL_MESSAGE(warning, 65, kept);
        assertHas(warning, "a secret key is sent nowhere");
    }

    void standardInputIsCalledSo()
    {
        const SocketDaemon daemon;
        const auto nothing = daemon.file("nothing.txt", "# nobody\n");
        assertHas(daemon.run({"peers", "add", nothing}).first, nothing + " has no registrations");
        const auto [output, code] = daemon.run({"peers", "add", "-"}); // reads nothing
        CPPUNIT_ASSERT_EQUAL_MESSAGE(output, 65, code);
        assertHas(output, "standard input has no registrations");
        CPPUNIT_ASSERT_EQUAL(74, daemon.run({"peers", "add", "/nonexistent"}).second);
    }

    void beginningsOfIdsNameAPeer()
    {
        const SocketDaemon daemon;
        const auto add = [&](const std::string& id) {
            daemon.output({"peers", "add", "--id", id, "--ip", "10.0.1.5"});
        };
        const std::string id = SocketDaemon::id(2);
        const std::string other = SocketDaemon::id(3);
        add(id);
        add(other);
        for (const auto& asked :
             {id.substr(0, 8), id.substr(0, 8) + "...", "0x" + id.substr(0, 4), id.substr(0, 127)})
            assertHas(daemon.output({"peers", "get", asked}), "id\t0x" + id + '\n');
        CPPUNIT_ASSERT_EQUAL(64, daemon.run({"peers", "get", id.substr(0, 3)}).second);
        const auto [missing, none] = daemon.run({"peers", "get", "0123456789"});
        CPPUNIT_ASSERT_EQUAL_MESSAGE(missing, 1, none);
        CPPUNIT_ASSERT_EQUAL(1, daemon.run({"peers", "remove", "0123456789"}).second);
        const auto [first, second, beginning] = idsThatBeginAlike();
        add(first);
        add(second);
        const auto [output, code] = daemon.run({"peers", "remove", beginning});
        CPPUNIT_ASSERT_EQUAL_MESSAGE(output, 64, code);
        assertHas(output, "begins the ids of 2 registered peers");
        CPPUNIT_ASSERT_EQUAL("id\t0x" + other + "\nremoved\tyes\n",
                             daemon.output({"peers", "remove", other.substr(0, 8)}));
        assertHas(daemon.output({"peers", "get", first}), first);
        assertHas(daemon.output({"peers", "get", second}), second);
    }

    /// Of the keys 4, 5, ...: some two have the same first 16 bits before long.
    static std::tuple<std::string, std::string, std::string> idsThatBeginAlike()
    {
        constexpr std::size_t digits = 4;
        std::map<std::string, std::string> seen;
        for (unsigned number = 4;; ++number) {
            std::string id = SocketDaemon::id(number);
            const std::string beginning = id.substr(0, digits);
            if (const auto [known, isNew] = seen.emplace(beginning, id); !isNew)
                return {known->second, std::move(id), beginning};
        }
    }

    void labelsWithBlanksCanBeReadBack()
    {
        const SocketDaemon daemon;
        daemon.output({"peers", "add", "--id", SocketDaemon::id(2), "--ip", "10.0.1.5", "--label",
                       "a=b c=\"d\"", "--label", "e=", "--label", "f=g"});
        assertHas(daemon.output({"peers", "list"}), "\t-\ta=\"b c=\\\"d\\\"\" e=\"\" f=g\n");
    }

    void watchesAcrossARestart()
    {
        SocketDaemon daemon;
        const std::string id = "0x" + SocketDaemon::id(2);
        const std::string another = "0x" + SocketDaemon::id(3);
        testkit::Process watch(SocketDaemon::program(), {"peers", "watch", "--list", "--json"},
                               daemon.environment());
        watch.expectLine(R"({"event":"revision")");
        daemon.output({"peers", "add", "--id", id, "--ip", "10.0.1.5"});
        assertHas(watch.expectLine(R"("cause":"change","id":")" + id), R"("ip":"10.0.1.5")");
        daemon.stop();
        watch.expectLine("trying again");
        daemon.start();
        watch.expectLine("changes may be lost: listing all peers again");
        daemon.output({"peers", "add", "--id", another, "--ip", "10.0.1.6"});
        watch.expectLine(R"("id":")" + another); // in the list, or behind it
        daemon.output({"peers", "remove", another});
        assertHas(watch.expectLine(R"({"event":"removed")"),
                  R"("id":")" + another + R"(","peer":null,"time":")");
        watch.signal(SIGTERM);
        CPPUNIT_ASSERT(watch.waitForExit() == 0);
    }

    void watchGoesOnFromARevision()
    {
        const SocketDaemon daemon;
        const auto before = daemon.rest().get("/").object()->getValue<std::string>("revision");
        daemon.output({"peers", "add", "--id", SocketDaemon::id(2), "--ip", "10.0.1.5"});
        testkit::Process watch(SocketDaemon::program(), {"peers", "watch", "--after", before},
                               daemon.environment());
        assertHas(watch.expectLine("\tput\t"),
                  "\tchange\t0x" + SocketDaemon::id(2) + "\t10.0.1.5\t30303\t30303\t-\t");
        watch.signal(SIGINT);
        CPPUNIT_ASSERT(watch.waitForExit() == 0);
        CPPUNIT_ASSERT_EQUAL(64, daemon.run({"peers", "watch", "--after", before, "--list"}).second);
    }

    void statusTellsWhatTheDaemonIs()
    {
        const SocketDaemon daemon;
        const auto status = daemon.output({"status", "--json"});
        assertHas(status, R"({"health":"ok","checks":[{"name":"http-api","status":"ok","reason":null})");
        assertHas(status,
                  R"("id":")" + daemon.rest().get("/").object()->getValue<std::string>("peer_id") + '"');
        assertHas(status, R"("registered_peers":0)");
        assertHas(status, R"("enr":"enr:)");
        assertHas(status, R"("version":")");
        CPPUNIT_ASSERT_MESSAGE(status, status.find(R"("uptime_seconds":null)") == std::string::npos);
        CPPUNIT_ASSERT_EQUAL(std::string("health\tok\nchecks\thttp-api=ok registry-memory=ok\n"),
                             daemon.output({"status", "--probe"}));
    }

    void statusOfNobodyIs69()
    {
        SocketDaemon daemon;
        daemon.stop();
        const auto [output, code] = daemon.run({"status", "--probe"});
        CPPUNIT_ASSERT_EQUAL_MESSAGE(output, 69, code);
        assertHas(output, "unix:" + daemon.path());
        assertHas(output, "is waymarkd running");
    }

    void showsACertificateWhereOneIsAskedFor()
    {
        const TestAuthority authority;
        const testkit::TemporaryFolder folder;
        const auto secretFile = [&folder](const std::string& name, const std::string& content) {
            const auto written = folder.write(name, content);
            std::filesystem::permissions(written, std::filesystem::perms(0600));
            return written.string();
        };
        const auto server = authority.issue();
        const auto client = authority.issue();
        const auto ca = secretFile("ca.crt", authority.certificate());
        const SocketDaemon daemon({{"http-api.tls-certificate", secretFile("server.crt", server.certificate)},
                                   {"http-api.tls-key", secretFile("server.key", server.key)},
                                   {"http-api.tls-client-ca", ca},
                                   {"http-api.socket", "none"}});
        const std::vector<std::string> status{"status", "--url", daemon.rest().url(), "--ca", ca};
        CPPUNIT_ASSERT_EQUAL(69, daemon.run(status).second);
        auto shown = status;
        shown.insert(shown.end(), {"--cert", secretFile("client.crt", client.certificate), "--cert-key",
                                   secretFile("client.key", client.key)});
        assertHas(daemon.output(shown), "health\tok\n");
        shown.back() = secretFile("other.key", server.key);
        const auto [output, code] = daemon.run(shown);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(output, 77, code);
        assertHas(output, "--cert-key: ");
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(PeerCommandsTest);

} // namespace waymark::httpapi
