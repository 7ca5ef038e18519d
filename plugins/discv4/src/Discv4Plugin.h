#pragma once

#include "BootnodeFinder.h"
#include "NodeKeeper.h"
#include "Settings.h"
#include "engine/Engine.h"
#include "io/FamilySockets.h"
#include "io/Ingress.h"
#include "io/UdpProbe.h"
#include "trace/Trace.h"

#include <waymark/base/Timers.h>
#include <waymark/discovery/Discovery.h>
#include <waymark/net/UdpTransport.h>
#include <waymark/plugin/Plugin.h>

#include <atomic>
#include <memory>
#include <optional>
#include <vector>

namespace waymark::discv4
{

/// Provides discovery by the Node Discovery Protocol v4: answers from registered peers and proven strangers.
class Discv4Plugin final : public plugin::Plugin, private discovery::Discovery
{
public:
    Discv4Plugin() = default;
    ~Discv4Plugin() override;

    const plugin::ConfigSchema& schema() const override { return settingsSchema(); }
    void configure(const plugin::ConfigView& config) override;
    void provide(plugin::Services& services) override;
    void wire(const plugin::Services& services) override;
    void start() override;
    observe::Health health() const override;
    plugin::ReloadPlan prepareReload(const plugin::ConfigView& config) override;
    void stop(plugin::Deadline deadline) noexcept override;
    std::unique_ptr<plugin::Command> command(std::string_view name) override;

private:
    std::string_view protocol() const noexcept override { return "discv4"; }
    std::vector<discovery::DiscoveredNode> nodes() const override { return _engine->nodes(); }
    std::size_t nodeCount() const override { return _engine->nodeCount(); }
    void lookup(const node::PublicKey& target, LookupCompletion completion) override;
    std::optional<discovery::PeerLiveness> liveness(const node::PeerId& id) const override;
    Signal<discovery::NodeEvent>& events() override { return _engine->events(); }

    void openSockets();
    void startProbes();
    void startTrace();
    void tellWhere() const;
    void remember();
    void tick();
    void close() noexcept;

    Settings _settings;
    observe::Log _log;
    const Clock* _clock = nullptr;
    Random* _random = nullptr;
    Timers* _timers = nullptr;
    observe::MetricRegistry* _metrics = nullptr;
    node::LocalNode* _local = nullptr;
    node::NodeStore* _store = nullptr;
    net::UdpSockets* _sockets = nullptr;
    net::Resolver* _resolver = nullptr;

    std::unique_ptr<engine::Engine> _engine; ///< from wire() on
    std::unique_ptr<trace::Trace> _trace;
    std::unique_ptr<io::Ingress> _ingress;
    std::unique_ptr<BootnodeFinder> _bootnodes;
    std::unique_ptr<NodeKeeper> _keeper;
    std::unique_ptr<io::FamilySockets> _udp;            ///< while started
    std::vector<std::unique_ptr<io::UdpProbe>> _probes; ///< from start() on, of each address
    Subscription _ticks;
    Subscription _bootnodeTicks;
    std::atomic<bool> _running{false};
    std::atomic<MonotonicTime::rep> _lastTick{0};
};

} // namespace waymark::discv4
