#pragma once

#include <waymark/plugin/Plugin.h>
#include <waymark/registry/StoredRegistry.h>

#include <memory>

namespace waymark::registry
{

/// Provides peer-registry in the memory of the process: nothing outlives it.
class MemoryRegistryPlugin final : public plugin::Plugin
{
public:
    const plugin::ConfigSchema& schema() const override;
    void configure(const plugin::ConfigView& config) override;
    void provide(plugin::Services& services) override;
    void start() override;
    observe::Health health() const override;
    void stop(plugin::Deadline deadline) noexcept override;

private:
    std::unique_ptr<StoredRegistry> _registry; ///< from configure() on
    Random* _random = nullptr;
    observe::Log _log;
};

} // namespace waymark::registry
