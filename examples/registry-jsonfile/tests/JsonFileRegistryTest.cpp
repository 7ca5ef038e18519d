#include "AtomicFile.h"
#include "JsonRows.h"

#include <waymark/contract/DurableRegistrySuite.h>
#include <waymark/contract/PluginRegistry.h>
#include <waymark/plugin/Export.h>

#include <cppunit/extensions/HelperMacros.h>

extern "C" const waymark::plugin::StaticPlugin* waymark_static_plugin_registry_jsonfile();

namespace jsonfile
{

using namespace waymark;
using contract::outcomeOf;
using contract::put;
using contract::testPeer;
using contract::testPeerWithEnr;

namespace
{

std::unique_ptr<plugin::Plugin> makePlugin()
{
    return std::unique_ptr<plugin::Plugin>(waymark_static_plugin_registry_jsonfile()->create());
}

} // namespace

class JsonFileRegistryContractTest : public contract::DurableRegistrySuite
{
    CPPUNIT_TEST_SUB_SUITE(JsonFileRegistryContractTest, contract::DurableRegistrySuite);
    CPPUNIT_TEST_SUITE_END();

    std::unique_ptr<contract::RegistryUnderTest> make() override
    {
        return std::make_unique<contract::PluginRegistry>(makePlugin);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(JsonFileRegistryContractTest);

class JsonFileRegistryTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(JsonFileRegistryTest);
    CPPUNIT_TEST(peopleCanReadAndEditTheFile);
    CPPUNIT_TEST(refusesAFileThatItCannotUnderstand);
    CPPUNIT_TEST(aSecondRegistryOnTheFileIsRefused);
    CPPUNIT_TEST(aFileThatCannotBeReplacedOnlyStopsChanges);
    CPPUNIT_TEST_SUITE_END();

    static void replace(std::string& text, const std::string& from, const std::string& to)
    {
        const std::size_t at = text.find(from);
        CPPUNIT_ASSERT_MESSAGE(from, at != std::string::npos);
        text.replace(at, from.size(), to);
    }

    static std::string start(const testkit::TemporaryFolder& folder, plugin::ExitCode& code)
    {
        contract::PluginRun run(makePlugin(), {}, folder.path());
        try {
            run.start();
        } catch (const plugin::StartError& error) {
            code = error.code();
            return error.what();
        }
        code = plugin::ExitCode::ok;
        return {};
    }

    void peopleCanReadAndEditTheFile()
    {
        contract::PluginRegistry backend(makePlugin);
        registry::Peer peer = testPeer(1);
        peer.labels["name"] = "before";
        outcomeOf(backend.registry(), put(peer));
        backend.stop();
        const auto file = backend.stateDirectory() / "registry.json";
        std::string text = readFile(file).value();
        CPPUNIT_ASSERT(text.find("\"host\": \"10.0.0.1\"") != std::string::npos);
        replace(text, "before", "after");
        CPPUNIT_ASSERT(replaceFile(file, text).has_value());
        backend.reopen();
        CPPUNIT_ASSERT_EQUAL(std::string("after"),
                             backend.registry().find(contract::testId(1))->labels.at("name"));
    }

    void refusesAFileThatItCannotUnderstand()
    {
        const testkit::TemporaryFolder folder;
        const auto file = folder.path() / "registry.json";
        Rows rows;
        const auto peer = std::make_shared<const registry::Peer>(testPeerWithEnr(1, 5));
        rows.apply(registry::ClaimRow{"api", peer, 5});
        rows.claims.begin()->second.lease = {std::chrono::hours(1), {}, WallTime(std::chrono::hours(24))};
        rows.apply(registry::TombstoneRow{contract::testId(2), "api", 7, 1, WallTime(Duration(1))});
        const std::string good = toJson(rows);
        const auto refuses = [&](const std::string& text, const std::string& words) {
            CPPUNIT_ASSERT(replaceFile(file, text).has_value());
            plugin::ExitCode code{};
            const std::string message = start(folder, code);
            CPPUNIT_ASSERT_MESSAGE(message, code == plugin::ExitCode::corruptData);
            CPPUNIT_ASSERT_MESSAGE(message, message.find(words) != std::string::npos);
        };
        const auto refusesWith = [&](const std::string& from, const std::string& to,
                                     const std::string& words) {
            std::string text = good;
            replace(text, from, to);
            refuses(text, words);
        };
        for (std::size_t length = 0; length + 2 < good.size(); length += 7)
            refuses(good.substr(0, length), "registry.json");
        refuses("[]", "one object");
        refusesWith("registry-1", "registry-2", "\"format\"");
        refusesWith("\"udp\"", "\"sctp\"", "claims[0]: addresses[0]: \"transport\"");
        refusesWith("30303", "303030", "\"port\"");
        refusesWith("10.0.0.1", "10.0.0", "10.0.0");
        refusesWith("\"0x", "\"0y", "claims[0]: \"peer\"");
        refusesWith("enr:", "enr:A", "claims[0]: \"enr\"");
        refusesWith("\"enrSeq\": \"5\"", "\"enrSeq\": \"-5\"", "claims[0]: \"enrSeq\"");
        refusesWith("\"enrSeq\": \"5\"", "\"enrSeq\": \"4\"", "ENR seq");
        refusesWith("\"ttl\": \"3600.000000000\"", "\"ttl\": \"3600\"", "claims[0]: \"ttl\"");
        refusesWith("\"3600.000000000\"", "\"3600.00000000x\"", "claims[0]: \"ttl\"");
        refusesWith("\"3600.000000000\"", "\"0.100000000\"", "a ttl must be");
        refusesWith("\"86400.000000000\"", "86400", "claims[0]: \"expiry\"");
        refusesWith("\"0.000000001\"", "\"-0.00000001\"", "tombstones[0]: \"buried\"");
        refusesWith("\"order\": \"1\"", "\"order\": 1", "tombstones[0]: \"order\"");
        CPPUNIT_ASSERT(replaceFile(file, good).has_value());
        plugin::ExitCode code{};
        CPPUNIT_ASSERT_EQUAL(std::string(), start(folder, code));
    }

    void aSecondRegistryOnTheFileIsRefused()
    {
        const testkit::TemporaryFolder folder;
        contract::PluginRun first(makePlugin(), {}, folder.path());
        first.start();
        plugin::ExitCode code{};
        CPPUNIT_ASSERT(start(folder, code).find("locked by another daemon") != std::string::npos);
        CPPUNIT_ASSERT(code == plugin::ExitCode::lockedDatabase);
    }

    void aFileThatCannotBeReplacedOnlyStopsChanges()
    {
        contract::PluginRegistry backend(makePlugin);
        outcomeOf(backend.registry(), put(testPeer(1)));
        // A folder where the temporary file should be.
        const auto obstacle = backend.stateDirectory() / "registry.json.new";
        std::filesystem::create_directory(obstacle);
        const auto refused = contract::apply(backend.registry(), {put(testPeer(2))});
        CPPUNIT_ASSERT(!refused.has_value());
        CPPUNIT_ASSERT(refused.error().code == ErrorCode::io);
        CPPUNIT_ASSERT(backend.registry().find(contract::testId(1)).has_value());
        CPPUNIT_ASSERT(backend.run().plugin().health().status == observe::HealthStatus::degraded);
        std::filesystem::remove(obstacle);
        CPPUNIT_ASSERT(outcomeOf(backend.registry(), put(testPeer(2))) == registry::Outcome::created);
        CPPUNIT_ASSERT(backend.run().plugin().health().status == observe::HealthStatus::ok);
        backend.reopen();
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, backend.registry().size());
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(JsonFileRegistryTest);

} // namespace jsonfile
