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
    explicit Daemon(const std::map<std::string, std::string>& environment = {},
                    const testkit::Properties& more = {})
        : _daemon(_folder.path(), properties(more), environment)
    {
    }

    static testkit::Properties properties(const testkit::Properties& more = {})
    {
        testkit::Properties all{{"waymark.plugins", "registry-memory, http-api"},
                                {"discv4.listen", ""},
                                {"node.key", "ephemeral"}};
        all.insert(more.begin(), more.end());
        return all;
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
