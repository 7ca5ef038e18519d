#pragma once

#include "JsonFileStore.h"

#include <waymark/plugin/Plugin.h>
#include <waymark/registry/StoredRegistry.h>

#include <filesystem>
#include <memory>

namespace jsonfile
{

/// Provides peer-registry from one JSON file.
class JsonFileRegistryPlugin final : public waymark::plugin::Plugin
{
public:
    const waymark::plugin::ConfigSchema& schema() const override;
    void configure(const waymark::plugin::ConfigView& config) override;
    void provide(waymark::plugin::Services& services) override;
    void start() override;
    waymark::observe::Health health() const override;
    void stop(waymark::plugin::Deadline deadline) noexcept override;

private:
    std::filesystem::path _file;
    waymark::Random* _random = nullptr;
    waymark::observe::Log _log;
    std::unique_ptr<JsonFileStore> _store;                        ///< from start() to stop()
    std::unique_ptr<waymark::registry::StoredRegistry> _registry; ///< from configure() on
};

} // namespace jsonfile
