#pragma once

#include "HttpClient.h"

#include <waymark/testkit/Daemon.h>
#include <waymark/testkit/TemporaryFolder.h>

#include <map>
#include <string>
#include <utility>

namespace waymark::httpapi
{

/// A waymarkd with registry-memory and http-api, its state in a folder that goes with it.
class Daemon
{
public:
    /// `more` is put over properties().
    explicit Daemon(const std::map<std::string, std::string>& environment = {}, testkit::Properties more = {})
        : _daemon(_folder.path(), properties(std::move(more)), environment)
    {
    }

    static testkit::Properties properties(testkit::Properties more = {})
    {
        more.merge(testkit::Properties{{"waymark.plugins", "registry-memory, http-api"},
                                       {"discv4.listen", ""},
                                       {"node.key", "ephemeral"}});
        return more;
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
