#include "MemoryRegistryPlugin.h"

#include "SnapshotFormat.h"

#include <Poco/JSON/Object.h>

#include <sstream>

namespace waymark::registry
{

using plugin::Option;

namespace
{

std::vector<Option> ownOptions()
{
    return {
        Option::path("snapshot")
            .help(
                "A file that keeps the peers over a restart: read at the start, written at a stop and on "
                "POST "
                "/registry/snapshot; a crash loses what came after the last one. Without it nothing is kept"),
        Option::duration("snapshot-interval", "0s", "30d")
            .defaultsTo("0s")
            .help("Time between two snapshots while the daemon runs; 0s for none"),
    };
}

constexpr const char* snapshotDescription = R"(tags: [operation]
operationId: writeSnapshot
summary: Writes the registry to registry-memory.snapshot
responses:
  '200':
    description: It is on the disk
    content:
      application/json:
        schema:
          type: object
          required: [revision, rows, bytes]
          properties:
            revision: {$ref: '#/components/schemas/Revision'}
            rows: {type: integer, minimum: 0}
            bytes: {type: integer, minimum: 0}
  '401': {$ref: '#/components/responses/Unauthorized'}
  '403': {$ref: '#/components/responses/Forbidden'}
  '429': {$ref: '#/components/responses/TooMany'}
  '500': {$ref: '#/components/responses/Error'}
  '503': {$ref: '#/components/responses/TooMany'}
  default: {$ref: '#/components/responses/Error'}
)";

http::ApiResponse answer(const Result<SnapshotReport>& report)
{
    if (!report)
        return http::ApiResponse::error(report.error().code == ErrorCode::unavailable ? 503 : 500,
                                        "no snapshot was written: " + report.error().message);
    Poco::JSON::Object object(Poco::JSON_PRESERVE_KEY_ORDER);
    object.set("revision", report->revision.toString());
    object.set("rows", Poco::UInt64{report->rows});
    object.set("bytes", Poco::UInt64{report->bytes});
    std::ostringstream text;
    object.stringify(text);
    return http::ApiResponse::json(200, text.str());
}

} // namespace

MemoryRegistryPlugin::MemoryRegistryPlugin() : StoredRegistryPlugin("memory", ownOptions()) {}

std::unique_ptr<StoreFormat> MemoryRegistryPlugin::storeFormat() const
{
    return std::make_unique<SnapshotFormat>();
}

void MemoryRegistryPlugin::configureStore(const plugin::ConfigView& config, StoredRegistry::Options&)
{
    _file = config.findPath("snapshot");
    _interval = config.duration("snapshot-interval");
    if (!_file && _interval > Duration::zero())
        config.reject("snapshot-interval", "needs registry-memory.snapshot, the file to write");
}

void MemoryRegistryPlugin::provideMore(plugin::Services& services)
{
    addSnapshotRoute(services);
    if (!_file)
        return;
    auto* const files = services.find<FileSystem>();
    _snapshot = std::make_unique<SnapshotFile>(*_file, registry().state(),
                                               files != nullptr ? *files : systemFiles(), log());
    if (auto* const health = services.find<observe::HealthRegistry>())
        _subscriptions.push_back(health->add("snapshot", [this] { return _snapshot->health(); }));
    _timers = services.find<Timers>();
}

void MemoryRegistryPlugin::addSnapshotRoute(plugin::Services& services)
{
    if (auto* const routes = services.find<http::RouteTable>())
        _subscriptions.push_back(routes->add({.method = "POST",
                                              .pattern = "/registry/snapshot",
                                              .summary = "writes the registry to its snapshot",
                                              .role = http::Role::admin,
                                              .mutates = true,
                                              .openapi = snapshotDescription,
                                              .handler = [this](const auto&) {
                                                  return answerRequest();
                                              }}));
}

http::ApiResponse MemoryRegistryPlugin::answerRequest()
{
    if (!_snapshot)
        return http::ApiResponse::error(404, "no snapshot is kept: registry-memory.snapshot names no file");
    return http::ApiResponse::later([this](const http::Responder& respond) {
        _snapshot->request([respond](const auto& report) { respond(answer(report)); });
    });
}

std::unique_ptr<RegistryStore> MemoryRegistryPlugin::openStore(RegistryState& state, std::uint64_t epoch)
{
    if (_snapshot)
        _snapshot->load(epoch);
    else
        state.begin({epoch, 0});
    return nullptr;
}

void MemoryRegistryPlugin::opened()
{
    if (!_snapshot)
        return;
    _snapshot->start();
    if (_interval > Duration::zero() && _timers != nullptr)
        _subscriptions.push_back(
            _timers->every(_interval, [this] { _snapshot->request([](const auto&) {}); }));
}

void MemoryRegistryPlugin::closed() noexcept
{
    _subscriptions.clear();
    if (!_snapshot)
        return;
    _snapshot->stop();
    static_cast<void>(_snapshot->write());
}

std::string MemoryRegistryPlugin::location() const
{
    return _file ? _file->string() : "memory";
}

} // namespace waymark::registry
