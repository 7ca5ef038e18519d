#include "host/tests/HostFixture.h"

#include <cppunit/extensions/HelperMacros.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <unistd.h>

namespace waymark::host
{

using plugin::ExitCode;

class StateLockTest : public HostFixture
{
    CPPUNIT_TEST_SUITE(StateLockTest);
    CPPUNIT_TEST(stateDirectoryThatCannotBeMadeNamesItsKey);
    CPPUNIT_TEST(defaultStateDirectoryMayBeMissing);
    CPPUNIT_TEST(stateDirectoryBelongsToOneHost);
    CPPUNIT_TEST_SUITE_END();

    void stateDirectoryThatCannotBeMadeNamesItsKey()
    {
        std::ofstream(_folder.path() / "file") << "no folder";
        _plugins->add("a");
        auto made = options("a");
        std::ofstream(made.configFile) << "waymark.plugins = a\n\nwaymark.state-dir = file/state\n";
        PluginHost host(made);
        const auto [code, text] = failureOf(host);
        CPPUNIT_ASSERT(code == ExitCode::keyFile);
        assertContains(text, "host.properties:3: waymark.state-dir: the state directory ");
        assertContains(text, "cannot be created");
        assertContains(text, "name a folder");
    }

    void defaultStateDirectoryMayBeMissing()
    {
        std::ofstream(_folder.path() / "file") << "no folder";
        ::setenv("STATE_DIRECTORY", (_folder.path() / "file/state").c_str(), 1);
        _plugins->add("a");
        auto made = options("a");
        for (const std::string& key : {std::string("ephemeral"), (_folder.path() / "own.key").string()}) {
            std::ofstream(made.configFile) << "waymark.plugins = a\nnode.key = " << key << '\n';
            PluginHost host(made);
            host.load();
            host.start();
        }
        assertContains(_log.str(), "host.stateless: waymark.state-dir: ");
        std::ofstream(made.configFile) << "waymark.plugins = a\n";
        PluginHost needing(made);
        const auto [code, text] = failureOf(needing);
        ::unsetenv("STATE_DIRECTORY");
        CPPUNIT_ASSERT(code == ExitCode::keyFile);
        assertContains(text, "waymark.state-dir: ");
    }

    void stateDirectoryBelongsToOneHost()
    {
        _plugins->add("a");
        PluginHost first(options("a"));
        first.load();
        CPPUNIT_ASSERT(!std::filesystem::exists(_folder.path() / "state"));
        first.start();
        PluginHost second(options("a"));
        const auto [code, text] = failureOf(second);
        CPPUNIT_ASSERT(code == ExitCode::lockedDatabase);
        assertContains(text, "host.properties:2: waymark.state-dir: the state directory " +
                                 (_folder.path() / "state").string() +
                                 " is in use by another waymarkd (process " + std::to_string(::getpid()) +
                                 ')');
        first.stop();
        PluginHost third(options("a"));
        third.load();
        third.start();
        const auto lock = _folder.path() / "state/waymarkd.lock";
        CPPUNIT_ASSERT(std::filesystem::status(lock).permissions() == std::filesystem::perms(0600));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(StateLockTest);

} // namespace waymark::host
