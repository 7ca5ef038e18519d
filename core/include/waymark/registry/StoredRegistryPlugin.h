#pragma once

#include <waymark/base/Random.h>
#include <waymark/observe/Log.h>
#include <waymark/plugin/Plugin.h>
#include <waymark/registry/RegistryState.h>
#include <waymark/registry/RegistryStore.h>
#include <waymark/registry/StoredRegistry.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace waymark::registry
{

/// What plugins have in common that provide peer-registry through a StoredRegistry: its life cycle, health
/// and metrics, and the keys maximum-peers, tombstones, tombstone-age and history. A back end adds its own
/// keys and opens its store.
class StoredRegistryPlugin : public plugin::Plugin
{
public:
    const plugin::ConfigSchema& schema() const final { return _schema; }
    void configure(const plugin::ConfigView& config) final;
    void provide(plugin::Services& services) final;
    void start() final;
    observe::Health health() const final;
    void stop(plugin::Deadline deadline) noexcept final;

protected:
    /// `backend` as in StoredRegistry::Options. `options` are keys besides those that all have.
    explicit StoredRegistryPlugin(std::string backend, std::vector<plugin::Option> options = {});

    /// Takes over the back end's own keys; `options` already has what the common ones say.
    virtual void configureStore(const plugin::ConfigView& config, StoredRegistry::Options& options);

    /// Opens what is stored and fills `state` with it (RegistryState::begin, load). The epoch to begin with
    /// is new with every start: a store cannot know whether it was copied, changed and restored since it was
    /// written, so the revisions of the last run may have gone on elsewhere. Returns the store, or nullptr
    /// when nothing outlives the process. Throws plugin::StartError.
    virtual std::unique_ptr<RegistryStore> openStore(RegistryState& state, std::uint64_t epoch) = 0;

    /// Where it keeps its content, for the log.
    virtual std::string location() const = 0;

    /// The plugin's log; from provide() on.
    const observe::Log& log() const noexcept { return _log; }

    /// Registers what the back end offers besides the registry, such as routes.
    virtual void provideMore(plugin::Services& services);

    /// The registry, as it serves; from configure() on.
    StoredRegistry& registry() noexcept { return *_registry; }

    /// After start() has opened the registry.
    virtual void opened();
    /// In stop(), after the registry took its last change and before the store goes. Only after opened().
    virtual void closed() noexcept;

private:
    const std::string _backend;
    const plugin::ConfigSchema _schema;
    StoredRegistry::Options _options; ///< from configure() to provide()
    // The registry's thread uses the store.
    std::unique_ptr<RegistryStore> _store;     ///< from start() to stop()
    std::unique_ptr<StoredRegistry> _registry; ///< from provide() on
    Random* _random = nullptr;
    bool _isOpen = false;
    observe::Log _log;
};

} // namespace waymark::registry
