#pragma once

#include "host/PluginHost.h"
#include "host/tests/ScriptedPlugin.h"

#include <waymark/testkit/TemporaryFolder.h>

#include <Poco/StreamChannel.h>
#include <cppunit/TestAssert.h>
#include <cppunit/TestFixture.h>

#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <utility>

namespace waymark::host
{

/// A folder, a configuration file in it, linked-in plugins and a captured log.
class HostFixture : public CppUnit::TestFixture
{
public:
    // Fixtures of all tests are made before the first one runs, but the scripts' slots are there once.
    void setUp() override { _plugins.emplace(); }
    void tearDown() override { _plugins.reset(); }

    HostOptions options(const std::string& plugins, const std::string& more = "")
    {
        const auto file = _folder.path() / "host.properties";
        std::ofstream(file) << "waymark.plugins = " << plugins << "\nwaymark.state-dir = state\n"
                            << "node.key = ephemeral\n"
                            << more;
        HostOptions made;
        made.configFile = file;
        made.linkedPlugins = _plugins->linked();
        made.logSink = new Poco::StreamChannel(_log);
        return made;
    }

    static void assertContains(const std::string& text, const std::string& part)
    {
        CPPUNIT_ASSERT_MESSAGE("'" + part + "' is missing in: " + text, text.find(part) != std::string::npos);
    }

    /// The lines and the code of the error that loading and starting ends with.
    static std::pair<plugin::ExitCode, std::string> failureOf(PluginHost& host)
    {
        try {
            host.load();
            host.start();
        } catch (const HostError& error) {
            return {error.code(), error.what()};
        }
        CPPUNIT_FAIL("the host started");
        return {};
    }

protected:
    testkit::TemporaryFolder _folder;
    std::optional<ScriptedPlugins> _plugins;
    std::ostringstream _log;
};

} // namespace waymark::host
