#pragma once

#include "HttpClient.h"

#include <waymark/testkit/Process.h>

#include <Poco/TemporaryFile.h>

#include <map>
#include <memory>
#include <string>

namespace waymark::httpapi
{

/// A waymarkd with registry-memory and http-api on free ports of 127.0.0.1, its state in a folder that goes
/// with it.
class Daemon
{
public:
    using Environment = std::map<std::string, std::string>;

    explicit Daemon(const Environment& environment = {});

    /// A daemon that is not expected to serve: `setting` is given with --set.
    static std::unique_ptr<testkit::Process> launch(const std::string& setting);

    pid_t pid() const noexcept { return _process->pid(); }
    const node::Endpoint& endpoint() const noexcept { return _endpoint; }
    testkit::Process& process() noexcept { return *_process; }

private:
    static std::string writeConfig(const std::string& folder);

    Poco::TemporaryFile _folder;
    std::unique_ptr<testkit::Process> _process;
    node::Endpoint _endpoint;
};

} // namespace waymark::httpapi
