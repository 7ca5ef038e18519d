#include "Utility.h"

#include <waymark/testkit/Bootnode.h>
#include <waymark/testkit/TemporaryFolder.h>
#include <waymark/testkit/TestKeys.h>
#include <waymark/toolkit/nodeset/NodesJson.h>

#include <Poco/Net/DatagramSocket.h>
#include <Poco/Net/SocketAddress.h>
#include <cppunit/extensions/HelperMacros.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <memory>
#include <set>
#include <sys/stat.h>

namespace waymark::discv4::testing
{

/// A real daemon that knows a few other nodes, and what the real command finds from there.
class CrawlCommandTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(CrawlCommandTest);
    CPPUNIT_TEST(findsEveryNodeThatAnswers);
    CPPUNIT_TEST(goesOnWithItsFile);
    CPPUNIT_TEST(leavesTheFileAloneWhenNobodyAnswers);
    CPPUNIT_TEST(keepsWhatItFoundWhenInterrupted);
    CPPUNIT_TEST(refusesDamagedFiles);
    CPPUNIT_TEST(refusesWrongArguments);
    CPPUNIT_TEST_SUITE_END();

    const testkit::TemporaryFolder _folder;
    const std::string _file = (_folder.path() / "nodes.json").string();
    std::vector<std::unique_ptr<testkit::Bootnode>> _others;

    /// Nodes that bond with the daemon, and one registered peer that is not there.
    std::unique_ptr<testkit::Daemon> network(std::size_t others, const testkit::Properties& more = {})
    {
        auto daemon = std::make_unique<testkit::Daemon>(_folder.path(), testkit::Properties{});
        testkit::Properties properties{{"waymark.plugins", "registry-memory, discv4"},
                                       {"http-api.listen", ""},
                                       {"discv4.bootnodes", enodeOf(*daemon)}};
        properties.insert(more.begin(), more.end());
        for (std::size_t i = 0; i < others; ++i)
            _others.push_back(std::make_unique<testkit::Bootnode>(properties));
        for (const auto& other : _others)
            awaitBond(*daemon, *other);
        return daemon;
    }

    static void awaitBond(const testkit::Daemon& daemon, testkit::Bootnode& other)
    {
        const std::string id = other.local().key().hex();
        const auto hasBonded = [&] {
            return daemon.rest().get("/discovered").body.find(id) != std::string::npos;
        };
        constexpr int tries = 5;
        for (int i = 1;; ++i, other.respawn()) {
            try {
                other.awaitUntil("the daemon has bonded with " + id, hasBonded,
                                 testkit::Bootnode::patience / tries);
                return;
            } catch (const testkit::AwaitError&) {
                // It was answered, so it is in no hurry to ping again; but its own PONG came too late.
                if (i == tries)
                    throw;
            }
        }
    }

    toolkit::nodeset::NodeSet nodes() const
    {
        auto loaded = toolkit::nodeset::loadNodesJson(_file);
        CPPUNIT_ASSERT_MESSAGE(loaded ? "" : loaded.error().message, loaded.has_value());
        CPPUNIT_ASSERT(loaded->damaged.empty());
        return std::move(loaded->nodes);
    }

    std::string content() const
    {
        std::ifstream in(_file);
        return {std::istreambuf_iterator<char>(in), {}};
    }

    void crawlPatiently(const testkit::Daemon& daemon) const
    {
        const Outcome outcome = waymark({"crawl", "--timeout", "30s", "--out", _file, enodeOf(daemon)});
        CPPUNIT_ASSERT_EQUAL_MESSAGE(outcome.output, 0, outcome.code);
    }

    static std::uint64_t number(const Outcome& outcome, const std::string& name)
    {
        CPPUNIT_ASSERT_EQUAL_MESSAGE(outcome.output, std::size_t{1}, outcome.objects().size());
        return outcome.objects().front()->getValue<std::uint64_t>(name);
    }

public:
    void findsEveryNodeThatAnswers()
    {
        const auto daemon = network(3);
        const Outcome outcome =
            waymark({"discv4", "crawl", "--json", "--timeout", "30s", "--out", _file, enodeOf(*daemon)});
        CPPUNIT_ASSERT_EQUAL_MESSAGE(outcome.output, 0, outcome.code);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(outcome.output, std::uint64_t{4}, number(outcome, "answered"));
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{4}, number(outcome, "added"));
        CPPUNIT_ASSERT(outcome.objects().front()->getValue<bool>("whole"));
        CPPUNIT_ASSERT(outcome.has(R"("families":[{"value":"ipv4","nodes":4}])"));
        const auto set = nodes();
        CPPUNIT_ASSERT_EQUAL(std::size_t{4}, set.size());
        for (const auto& other : _others) {
            const auto* const entry = set.find(other->local().key().nodeId());
            CPPUNIT_ASSERT(entry != nullptr && entry->isSigned());
            CPPUNIT_ASSERT_EQUAL(other->local().record()->toString(), entry->text());
        }
        struct stat status{};
        CPPUNIT_ASSERT_EQUAL(0, ::stat(_file.c_str(), &status));
        CPPUNIT_ASSERT_EQUAL(mode_t{0600}, status.st_mode & 0777);
    }

    void goesOnWithItsFile()
    {
        const auto daemon = network(2);
        crawlPatiently(*daemon);
        const auto gone = _others.back()->local().key().nodeId();
        _others.pop_back();
        // The file names everybody: no bootnode is needed.
        const Outcome outcome =
            waymark({"crawl", "--json", "--timeout", "10s", "--tries", "1", "--out", _file});
        CPPUNIT_ASSERT_EQUAL_MESSAGE(outcome.output, 0, outcome.code);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(outcome.output, std::uint64_t{2}, number(outcome, "answered"));
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{0}, number(outcome, "added"));
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, number(outcome, "removed"));
        const auto set = nodes();
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, set.size());
        CPPUNIT_ASSERT(set.find(gone) == nullptr);
        for (const auto& [id, entry] : set.entries())
            CPPUNIT_ASSERT_EQUAL(std::uint64_t{2}, entry.history.score);
    }

    void leavesTheFileAloneWhenNobodyAnswers()
    {
        {
            const auto daemon = network(0);
            crawlPatiently(*daemon);
        }
        const std::string before = content();
        const Outcome outcome =
            waymark({"crawl", "--timeout", "50ms", "--bootnodes", closedNode(), "--out", _file});
        CPPUNIT_ASSERT_EQUAL_MESSAGE(outcome.output, 69, outcome.code);
        CPPUNIT_ASSERT_MESSAGE(outcome.output, outcome.has("none of 2 nodes answered within 50 ms; check"));
        CPPUNIT_ASSERT_EQUAL(before, content());
    }

    void keepsWhatItFoundWhenInterrupted()
    {
        const auto daemon = network(1, {{"discv4.lookup-interval", "0s"}}); // the crawl alone asks it
        // One node says nothing, and is waited for, for an hour.
        const MuteNode mute;
        testkit::Process process(utility(), {"crawl", "--json", "--timeout", "1h", "--tries", "1", "--out",
                                             _file, enodeOf(*daemon), mute.enode()});
        // Each of the others is asked for neighbours when it has given its record.
        const auto hasAsked = [&] {
            const auto isAsked = [](const std::string& metrics) {
                const std::string name = "packets_received_total{type=\"findnode\"} ";
                const auto place = metrics.find(name);
                return place != std::string::npos && std::stoul(metrics.substr(place + name.size())) >= 3;
            };
            return isAsked(daemon->rest().get("/metrics").body);
        };
        while (!hasAsked())
            CPPUNIT_ASSERT_MESSAGE(process.output(), !process.waitForExit(std::chrono::milliseconds(10)));
        const Outcome second = waymark({"crawl", "--out", _file, closedNode()});
        CPPUNIT_ASSERT_EQUAL_MESSAGE(second.output, 75, second.code);
        CPPUNIT_ASSERT_MESSAGE(second.output, second.has("another crawl (process "));
        process.signal(SIGINT);
        const auto code = process.waitForExit();
        const Outcome outcome{code.value_or(-1), process.output()};
        CPPUNIT_ASSERT_EQUAL_MESSAGE(outcome.output, 0, outcome.code);
        CPPUNIT_ASSERT(outcome.objects().front()->getValue<bool>("interrupted"));
        CPPUNIT_ASSERT(!nodes().isEmpty());
        CPPUNIT_ASSERT(!std::filesystem::exists(_file + ".lock"));
    }

    void refusesDamagedFiles()
    {
        static_cast<void>(_folder.write("nodes.json", "{\"cut\": "));
        const Outcome outcome = waymark({"crawl", "--out", _file, closedNode()});
        CPPUNIT_ASSERT_EQUAL_MESSAGE(outcome.output, 65, outcome.code);
        CPPUNIT_ASSERT_EQUAL(std::string("{\"cut\": "), content());
    }

    void refusesWrongArguments()
    {
        CPPUNIT_ASSERT_EQUAL(64, waymark({"crawl", closedNode()}).code);
        CPPUNIT_ASSERT_EQUAL(64, waymark({"crawl", "--out", _file}).code);
        CPPUNIT_ASSERT_EQUAL(64, waymark({"crawl", "--out", _file, "--parallel", "0", closedNode()}).code);
        CPPUNIT_ASSERT_EQUAL(64, waymark({"crawl", "--out", _file, "enode://1"}).code);
        CPPUNIT_ASSERT_EQUAL(64, waymark({"crawl", "--out", _file, "--duration", "x", closedNode()}).code);
        CPPUNIT_ASSERT_EQUAL_MESSAGE("said before anybody is asked", 74,
                                     waymark({"crawl", "--out", "/proc/nodes.json", closedNode()}).code);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(CrawlCommandTest);

} // namespace waymark::discv4::testing
