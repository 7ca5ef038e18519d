#include "Daemon.h"

#include <fstream>
#include <vector>

namespace waymark::httpapi
{

std::string Daemon::writeConfig(const std::string& folder)
{
    std::string path = folder + "/waymark.properties";
    std::ofstream(path) << "waymark.plugins = registry-memory, http-api\n"
                           "waymark.plugin-path = " WAYMARK_PLUGINS "\n"
                           "waymark.state-dir = state\n"
                           "node.key = ephemeral\n"
                           "http-api.listen = 127.0.0.1:0\n";
    return path;
}

Daemon::Daemon(const Environment& environment)
{
    _folder.createDirectories();
    const std::vector<std::string> arguments{"--config", writeConfig(_folder.path())};
    _process = std::make_unique<testkit::Process>(WAYMARK_DAEMON, arguments, environment);
    const std::string line = _process->expectLine("http.listening");
    const std::string mark = "http://";
    const auto start = line.find(mark) + mark.size();
    _process->expectLine("host.ready");
    _endpoint = node::Endpoint::parse(line.substr(start, line.find_first_of("/ ", start) - start)).value();
}

std::unique_ptr<testkit::Process> Daemon::launch(const std::string& setting)
{
    Poco::TemporaryFile folder;
    folder.createDirectories();
    const std::vector<std::string> arguments{"--config", writeConfig(folder.path()), "--set", setting};
    auto process = std::make_unique<testkit::Process>(WAYMARK_DAEMON, arguments);
    process->waitForExit();
    return process;
}

} // namespace waymark::httpapi
