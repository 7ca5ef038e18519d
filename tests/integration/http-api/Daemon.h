#pragma once

#include "HttpClient.h"

#include <waymark/testkit/Daemon.h>
#include <waymark/testkit/TemporaryFolder.h>

#include <map>
#include <string>

namespace waymark::httpapi
{

/// A waymarkd with registry-memory and http-api, its state in a folder that goes with it.
class Daemon
{
public:
    explicit Daemon(const std::map<std::string, std::string>& environment = {})
        : _daemon(_folder.path(), properties(), environment)
    {
    }

    static testkit::Properties properties()
    {
        return {{"waymark.plugins", "registry-memory, http-api"},
                {"discv4.listen", ""},
                {"node.key", "ephemeral"}};
    }

    testkit::Process& process() noexcept { return _daemon.process(); }
    pid_t pid() noexcept { return process().pid(); }
    node::Endpoint endpoint() const
    {
        const std::string& url = _daemon.rest().url();
        return node::Endpoint::parse(url.substr(url.find("//") + 2)).value();
    }

private:
    testkit::TemporaryFolder _folder;
    testkit::Daemon _daemon;
};

} // namespace waymark::httpapi
