#include "HttpApiPlugin.h"

#include "ServerOptions.h"
#include "access/AccessSettings.h"
#include "commands/PeersAddCommand.h"
#include "commands/PeersGetCommand.h"
#include "commands/PeersListCommand.h"
#include "commands/PeersRemoveCommand.h"
#include "commands/PeersWatchCommand.h"
#include "commands/RegisterCommand.h"
#include "commands/StatusCommand.h"
#include "commands/TokenCommand.h"
#include "commands/VerifyCommand.h"

#include <waymark/base/Random.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/resource.h>
#include <system_error>
#include <utility>

namespace waymark::httpapi
{

namespace
{

SecretKeys secretKeysFrom(std::string_view word)
{
    if (word == "refuse")
        return SecretKeys::refuse;
    return word == "accept" ? SecretKeys::accept : SecretKeys::loopback;
}

/// Durations are told to clients in whole seconds.
void checkTtls(const plugin::ConfigView& config)
{
    const std::chrono::seconds second(1);
    for (const char* const key : {"default-ttl", "maximum-ttl"}) {
        if (config.duration(key) % second != Duration::zero())
            config.reject(key, "must be whole seconds");
    }
    const Duration most = config.duration("maximum-ttl");
    const Duration usual = config.duration("default-ttl");
    if (most == Duration::zero())
        return;
    if (usual == Duration::zero())
        config.reject("maximum-ttl",
                      "needs http-api.default-ttl, from 1s to this, for registrations that ask "
                      "for no ttl");
    else if (usual > most)
        config.reject("default-ttl", "must be from 1s to http-api.maximum-ttl");
}

std::string randomPrefix()
{
    std::array<Byte, 4> bytes{};
    SystemRandom().fill(bytes);
    return toHex(bytes);
}

/// What is configured, or what leaves descriptors for the rest of the daemon.
std::size_t connectionsWithin(std::size_t configured)
{
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
        return configured;
    return std::min(configured, std::max<std::size_t>(1, limit.rlim_cur / 4 * 3));
}

std::shared_ptr<ServerTls> makeTls(const plugin::Services& services, const plugin::ConfigView& config)
{
    static const SystemClock systemClock;
    auto* const files = services.find<FileSystem>();
    const auto* const clock = services.find<Clock>();
    return std::make_shared<ServerTls>(config, ServerTls::Host{services.get<observe::MetricRegistry>(),
                                                               services.log(),
                                                               files != nullptr ? *files : systemFiles(),
                                                               clock != nullptr ? *clock : systemClock});
}

/// Streams last, and give way to nobody: the rest of the connections is for requests.
std::size_t streamsWithin(std::size_t configured, std::size_t connections)
{
    return std::min(configured, std::max<std::size_t>(1, connections * 3 / 4));
}

/// A query that waits for a change is as long in coming as a stream, and gives way to nobody either: both
/// share one limit, or together they would leave no connection for requests.
std::shared_ptr<void> enterStream(const std::shared_ptr<ServerState>& state)
{
    if (!state->streams.tryEnter(state->limits.streams))
        return nullptr;
    return {state.get(), [state](void*) {
                state->streams.leave();
            }};
}

std::vector<plugin::Option> allOptions()
{
    auto options = serverOptions();
    for (plugin::Option& option : accessOptions())
        options.push_back(std::move(option));
    return options;
}

/// Who may not read a file, or whose file others may write, mends the file; else the configuration is wrong.
plugin::ExitCode exitCodeFor(const Error& error)
{
    const bool isPermission = error.code == ErrorCode::permission || error.code == ErrorCode::io;
    return isPermission ? plugin::ExitCode::keyFile : plugin::ExitCode::configuration;
}

} // namespace

const plugin::ConfigSchema& HttpApiPlugin::schema() const
{
    static const plugin::ConfigSchema schema(withTlsOptions(allOptions()));
    return schema;
}

void HttpApiPlugin::configure(const plugin::ConfigView& config)
{
    checkTtls(config);
    checkAccess(config);
    checkTls(config);
    _config = std::make_shared<plugin::ConfigView>(config);
}

void HttpApiPlugin::provide(plugin::Services& services)
{
    auto& metrics = services.get<observe::MetricRegistry>();
    _context.metrics = &metrics;
    auto* const files = services.find<FileSystem>();
    _files = files != nullptr ? files : &systemFiles();
    _routes = &services.get<http::RouteTable>();
    _state = std::make_shared<ServerState>(metrics, services.log());
    _state->requestPrefix = randomPrefix();
    _context.log = services.log();
    _context.clock = &services.get<Clock>();
    _context.localNode = &services.get<node::LocalNode>();
    _context.health = &services.get<observe::HealthRegistry>();
    _timers = &services.get<Timers>();
    _context.bootstrapNodeId = static_cast<std::uint64_t>(_config->integer("bootstrap-node-id"));
    if (_config->findText("chain-id"))
        _context.chainId = static_cast<std::uint64_t>(_config->integer("chain-id"));
    applyReloadable(*_config);
    _tls = makeTls(services, *_config);

    Server::Settings settings;
    settings.listen = _config->endpoint("listen");
    settings.threads = static_cast<std::size_t>(_config->integer("threads"));
    _name = services.instance();
    settings.name = _name;
    settings.socket = socketOf(*_config, _name);
    settings.handshakes = _tls->on();
    settings.channels = [tls = _tls](int descriptor, const node::Endpoint& remote) {
        return tls->open(descriptor, remote);
    };
    _state->limits.requests = static_cast<std::size_t>(_config->integer("keep-alive-requests"));
    _server = std::make_shared<Server>(std::move(settings), *_routes, _state);
    _context.bound = [server = std::weak_ptr<Server>(_server)] {
        const auto running = server.lock();
        return running ? running->bound() : node::Endpoint();
    };
    addMetrics(metrics);
}

void HttpApiPlugin::addMetrics(observe::MetricRegistry& metrics)
{
    const std::string connections = "waymark_http_connections";
    const std::string help = "Open connections by state";
    _subscriptions.push_back(metrics.sampled(connections, help, {{"state", "open"}}, [state = _state] {
        return static_cast<double>(state->connections.count());
    }));
    for (std::size_t i = 0; i < phaseCount; ++i)
        _subscriptions.push_back(
            metrics.sampled(connections, help, {{"state", std::string(nameOf(static_cast<Phase>(i)))}},
                            [state = _state, i] { return static_cast<double>(state->phases[i]); }));
    _subscriptions.push_back(metrics.sampled(connections, help, {{"state", "queued"}}, [server = _server] {
        return static_cast<double>(server->queued());
    }));
    _subscriptions.push_back(
        metrics.sampled("waymark_http_streams", "Answers that are being streamed or wait for a change", {},
                        [state = _state] { return static_cast<double>(state->streams.count()); }));
    _subscriptions.push_back(
        metrics.sampled("waymark_http_buffered_bytes",
                        "Memory for bodies that arrive and answers that wait for their clients", {},
                        [state = _state] { return static_cast<double>(state->held->count()); }));
}

void HttpApiPlugin::wire(const plugin::Services& services)
{
    _context.registry = &services.get<registry::PeerRegistry>();
    _context.discoveries = services.all<discovery::Discovery>();
    _state->access.checkProofsWith(std::make_unique<ProofChecker>(*_context.clock, *_context.registry));
    _feed = std::make_unique<ChangeFeed>(*_context.registry, *_timers,
                                         [state = _state] { return enterStream(state); });
    _context.feed = _feed.get();
    _subscriptions.push_back(
        _context.metrics->sampled("waymark_http_followers", "Clients that wait for changes of the registry",
                                  {}, [this] { return static_cast<double>(_feed->followers()); }));
    for (const auto group : {&addNodeRoutes, &addPeerRoutes, &addRegistrationRoutes, &addBatchRoute,
                             &addEventRoute, &addDocumentRoutes, &addDescriptionRoute})
        for (auto& subscription : group(*_routes, _context))
            _subscriptions.push_back(std::move(subscription));
}

void HttpApiPlugin::start()
{
    applyAccess();
    _tls->start();
    try {
        _feed->start(_name + "-feed");
        _server->start();
    } catch (const std::system_error& problem) {
        throw plugin::StartError(plugin::ExitCode::internal, std::string("http-api: ") + problem.what());
    } catch (const plugin::StartError&) {
        _feed->stop();
        throw;
    }
    const std::string where = _server->bound().toString();
    if (const auto path = socketOf(*_config, _name))
        _context.log.info("http.listening", {{"url", "unix:" + path->string()}}, "");
    _context.log.info("http.listening", {{"url", _tls->scheme() + where}}, "The HTTP API is served.");
}

void HttpApiPlugin::applyAccess()
{
    auto rules = readAccess(*_config, *_files);
    if (!rules)
        throw plugin::StartError(exitCodeFor(rules.error()), rules.error().message);
    _state->access.apply(std::move(*rules));
}

observe::Health HttpApiPlugin::health() const
{
    if (!_server || !_server->serving())
        return observe::Health::failed("the HTTP server does not run");
    return _tls->health();
}

void HttpApiPlugin::limitConnections(std::size_t configured)
{
    const std::size_t possible = connectionsWithin(configured);
    _state->limits.connections = possible;
    if (possible < configured)
        _context.log.warning("http.limited", {{"max_connections", configured}, {"possible", possible}},
                             "The limit of open files is too low for http-api.max-connections: raise it "
                             "(LimitNOFILE=, ulimit -n).");
}

void HttpApiPlugin::applyReloadable(const plugin::ConfigView& config)
{
    auto& limits = _state->limits;
    limits.body = config.size("max-body");
    limits.head = config.size("max-head");
    limits.requestTime = config.duration("request-timeout").count();
    limits.keepAliveTime = config.duration("keep-alive-timeout").count();
    _context.defaultTtl = std::chrono::duration_cast<std::chrono::seconds>(config.duration("default-ttl"));
    _context.maximumTtl = std::chrono::duration_cast<std::chrono::seconds>(config.duration("maximum-ttl"));
    limitConnections(static_cast<std::size_t>(config.integer("max-connections")));
    limits.perAddress = static_cast<std::size_t>(config.integer("max-connections-per-address"));
    limits.streams =
        streamsWithin(static_cast<std::size_t>(config.integer("max-streams")), limits.connections);
    _state->held->limit(config.size("max-buffered"));
    _state->hsts = config.duration("tls-hsts").count();
    _context.secretKeys = secretKeysFrom(config.text("secret-keys"));
    _context.signDocuments = config.boolean("sign-documents");
    _context.signatureLifetime =
        std::chrono::duration_cast<std::chrono::seconds>(config.duration("signature-lifetime"));
}

plugin::ReloadPlan HttpApiPlugin::prepareReload(const plugin::ConfigView& config)
{
    checkTtls(config);
    checkAccess(config);
    checkTls(config);
    auto rules = readAccess(config, *_files);
    if (!rules)
        return plugin::ReloadPlan::refuse(rules.error().message);
    auto tls = _tls->prepareReload(config);
    if (tls.refusal)
        return tls;
    return plugin::ReloadPlan::accept(
        [this, config, rules = std::move(*rules), useTls = std::move(tls.commit)] {
            applyReloadable(config);
            _state->access.apply(rules);
            if (useTls)
                useTls();
        });
}

void HttpApiPlugin::stop(plugin::Deadline deadline) noexcept
{
    if (_feed)
        _feed->stop(); // first: the server waits for answers that have not come
    if (_server)
        _server->stop(deadline);
}

std::unique_ptr<plugin::Command> HttpApiPlugin::command(std::string_view name)
{
    static const SystemClock clock;
    if (name == "peers list")
        return std::make_unique<PeersListCommand>(clock);
    if (name == "peers get")
        return std::make_unique<PeersGetCommand>();
    if (name == "peers add")
        return std::make_unique<PeersAddCommand>(clock);
    if (name == "peers remove")
        return std::make_unique<PeersRemoveCommand>(clock);
    if (name == "peers watch")
        return std::make_unique<PeersWatchCommand>(clock);
    if (name == "register")
        return std::make_unique<RegisterCommand>(clock);
    if (name == "status")
        return std::make_unique<StatusCommand>(clock);
    if (name == "token new")
        return std::make_unique<TokenCommand>();
    if (name == "verify")
        return std::make_unique<VerifyCommand>(clock);
    return nullptr;
}

} // namespace waymark::httpapi
