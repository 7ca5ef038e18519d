#pragma once

#include "HttpApiPlugin.h"
#include "HttpClient.h"
#include "TestRegistry.h"

#include <waymark/discovery/Discovery.h>
#include <waymark/observe/Metrics.h>
#include <waymark/testkit/ManualTimers.h>

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::httpapi
{

/// The node whose enode GET / tells: test key 1, advertised wherever a test says.
class TestNode : public node::LocalNode
{
public:
    TestNode();
    void advertise(std::optional<node::NodeEndpoint> where) { _advertised = where; }

    const node::PublicKey& key() const noexcept override { return _key; }
    const node::Hash256& nodeId() const noexcept override { return _nodeId; }
    node::RecoverableSignature sign(const node::Hash256& digest) const override
    {
        return _secret.sign(digest);
    }
    node::RecoverableSignature signSalted(const node::Hash256& digest,
                                          const node::Hash256& salt) const override
    {
        return _secret.signSalted(digest, salt);
    }
    void bound(const node::Endpoint&) override {}
    std::optional<node::NodeEndpoint> advertised(node::IpFamily family) const override
    {
        return _advertised && _advertised->ip.family() == family ? _advertised : std::nullopt;
    }
    std::optional<node::NodeEndpoint> advertised() const override { return _advertised; }
    std::shared_ptr<const node::Enr> record() const override { return _record; }
    Signal<std::shared_ptr<const node::Enr>>& recordChanged() override { return _changed; }

private:
    node::SecretKey _secret;
    node::PublicKey _key;
    node::Hash256 _nodeId;
    std::optional<node::NodeEndpoint> _advertised;
    std::shared_ptr<const node::Enr> _record;
    Signal<std::shared_ptr<const node::Enr>> _changed;
};

/// A protocol that has proven what a test says.
class TestDiscovery : public discovery::Discovery
{
public:
    void know(std::vector<discovery::DiscoveredNode> nodes) { _nodes = std::move(nodes); }
    void follow(const node::PeerId& id, discovery::PeerLiveness liveness) { _followed[id] = liveness; }

    std::string_view protocol() const noexcept override { return "test"; }
    std::vector<discovery::DiscoveredNode> nodes() const override { return _nodes; }
    std::size_t nodeCount() const override { return _nodes.size(); }
    void lookup(const node::PublicKey&, LookupCompletion completion) override { completion(_nodes); }
    std::optional<discovery::PeerLiveness> liveness(const node::PeerId& id) const override
    {
        const auto found = _followed.find(id);
        return found == _followed.end() ? std::nullopt : std::optional(found->second);
    }
    Signal<discovery::NodeEvent>& events() override { return _events; }

private:
    std::vector<discovery::DiscoveredNode> _nodes;
    std::map<node::PeerId, discovery::PeerLiveness> _followed;
    Signal<discovery::NodeEvent> _events;
};

/// Keeps every log line as "event key=value ... text".
class TestLog : public observe::LogChannel
{
public:
    bool enabled(observe::LogLevel, std::string_view) const noexcept override { return true; }
    void write(observe::LogLevel level, std::string_view source, std::string_view event,
               std::span<const observe::LogField> fields, std::string_view text) noexcept override;
    std::string lines() const;
    /// The first line that begins with this, as soon as there is one.
    std::string await(std::string_view begin) const;

private:
    mutable std::mutex _mutex;
    mutable std::condition_variable _written;
    std::string _lines;
};

/// Keys without "http-api." and their values.
using Values = std::map<std::string, std::string>;

/// The plugin between a host's tables, listening on a free port of 127.0.0.1 unless told otherwise.
class TestServer : private plugin::ServiceTable
{
public:
    /// `listen` defaults to 127.0.0.1:0.
    explicit TestServer(Values values = {});
    ~TestServer() override { stop(); }

    /// Starts; what start() throws comes out.
    TestServer& start();
    void stop(std::chrono::milliseconds patience = std::chrono::seconds(5)) noexcept;

    node::Endpoint endpoint() const;
    HttpAnswer get(std::string_view target) const { return HttpClient::request(endpoint(), "GET", target); }
    HttpAnswer post(std::string body) const
    {
        return HttpClient::request(endpoint(), "POST", "/peers", std::move(body));
    }
    /// The value of a counter or gauge, 0 when there is no such series.
    double metric(const std::string& name, const observe::MetricLabels& labels = {}) const;
    /// Waits until so many connections are in this state.
    void awaitConnections(const std::string& state, std::size_t count) const;
    /// Waits until a gauge has this value.
    void awaitMetric(const std::string& name, double value, const observe::MetricLabels& labels = {}) const;
    double dropped(const std::string& reason) const
    {
        return metric("waymark_http_dropped_total", {{"reason", reason}});
    }

    http::RouteTable routes;
    observe::MetricRegistry metrics;
    observe::HealthRegistry health;
    TestNode node;
    TestRegistry registry;
    TestDiscovery discovery;
    testkit::ManualTimers timers{registry.clock};
    std::shared_ptr<TestLog> lines = std::make_shared<TestLog>();
    HttpApiPlugin plugin;

private:
    void add(std::string_view, std::string_view, std::type_index, bool, void*) override;
    std::vector<void*> find(std::string_view, std::string_view id, std::type_index) const override;
    observe::Log log(std::string_view source) const override { return {lines, std::string(source)}; }

    std::map<std::string, void*, std::less<>> _services;
};

/// The secret key whose number is `number`, as 64 hex digits, and its public key.
std::string testSecret(unsigned number);
node::PublicKey testKey(unsigned number);

} // namespace waymark::httpapi
