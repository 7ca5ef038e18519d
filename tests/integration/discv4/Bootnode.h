#pragma once

#include "host/PluginHost.h"

#include <waymark/node/LocalNode.h>
#include <waymark/observe/Metrics.h>
#include <waymark/registry/PeerRegistry.h>

#include <cppunit/TestAssert.h>

#include <filesystem>
#include <future>
#include <map>
#include <string>

extern "C" const waymark::plugin::StaticPlugin* waymark_static_plugin_discv4();
extern "C" const waymark::plugin::StaticPlugin* waymark_static_plugin_registry_memory();

namespace waymark::discv4::testing
{

/// A whole bootnode without HTTP, in this process, on a free port of loopback.
class Bootnode
{
public:
    using Overrides = std::map<std::string, std::string>;

    explicit Bootnode(const std::filesystem::path& state, const Overrides& more = {})
        : _host(options(state, more))
    {
        _host.load();
        _host.start();
    }
    ~Bootnode() { _host.stop(); }

    node::LocalNode& local() const { return _host.service<node::LocalNode>(); }
    node::Endpoint endpoint() const { return local().advertised()->udpEndpoint(); }
    const node::PublicKey& key() const { return local().key(); }
    std::string enode() const { return "enode://" + key().hex() + "@" + endpoint().toString(); }

    double metric(const std::string& name, const observe::MetricLabels& labels = {}) const
    {
        return _host.service<observe::MetricRegistry>().value(name, labels).value_or(-1);
    }

    void enroll(const node::PublicKey& peer, const node::NodeEndpoint& where)
    {
        std::promise<bool> done;
        _host.service<registry::PeerRegistry>().apply(
            {registry::PutClaim{{std::string(registry::apiOrigin), registry::Peer::at(peer, where)}}},
            [&](const Result<registry::ApplyReport>& report) { done.set_value(report.has_value()); });
        CPPUNIT_ASSERT(done.get_future().get());
    }

private:
    static host::HostOptions options(const std::filesystem::path& state, const Overrides& more)
    {
        Overrides values = more;
        values.insert({{"waymark.plugins", "registry-memory, discv4"},
                       {"waymark.state-dir", state.string()},
                       {"waymark.log.level", "error"},
                       {"discv4.listen", "127.0.0.1:0"}});
        host::HostOptions made;
        made.overrides.assign(values.begin(), values.end());
        made.linkedPlugins = {waymark_static_plugin_registry_memory(), waymark_static_plugin_discv4()};
        return made;
    }

    host::PluginHost _host;
};

} // namespace waymark::discv4::testing
