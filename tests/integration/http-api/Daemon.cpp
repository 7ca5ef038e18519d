#include "Daemon.h"

#include <fstream>

namespace waymark::httpapi
{

Daemon::Daemon(const Environment& environment)
{
    _folder.createDirectories();
    const std::string config = _folder.path() + "/waymark.properties";
    std::ofstream(config) << "waymark.plugins = registry-memory, http-api\n"
                             "waymark.plugin-path = " WAYMARK_PLUGINS "\n"
                             "waymark.state-dir = state\n"
                             "node.key = ephemeral\n"
                             "http-api.listen = 127.0.0.1:0\n";
    _process = std::make_unique<testkit::Process>(WAYMARK_DAEMON,
                                                  std::vector<std::string>{"--config", config}, environment);
    const std::string line = _process->expectLine("http-api.listening");
    const std::string mark = "http://";
    const auto start = line.find(mark) + mark.size();
    _endpoint = node::Endpoint::parse(line.substr(start, line.find('/', start) - start)).value();
}

} // namespace waymark::httpapi
