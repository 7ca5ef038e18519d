#pragma once

#include "SqliteStore.h"

#include <waymark/plugin/Plugin.h>
#include <waymark/registry/StoredRegistry.h>

#include <chrono>
#include <filesystem>
#include <memory>

namespace waymark::registry
{

/// Provides peer-registry from a SQLite file: what was acknowledged survives a crash and a power cut.
class SqliteRegistryPlugin final : public plugin::Plugin
{
public:
    const plugin::ConfigSchema& schema() const override;
    void configure(const plugin::ConfigView& config) override;
    void provide(plugin::Services& services) override;
    void start() override;
    observe::Health health() const override;
    void stop(plugin::Deadline deadline) noexcept override;

private:
    std::filesystem::path _file;
    std::chrono::milliseconds _busyTimeout{0};
    // The registry's thread uses the store.
    std::unique_ptr<SqliteStore> _store;       ///< from start() to stop()
    std::unique_ptr<StoredRegistry> _registry; ///< from configure() on
    Random* _random = nullptr;
    observe::Log _log;
};

} // namespace waymark::registry
