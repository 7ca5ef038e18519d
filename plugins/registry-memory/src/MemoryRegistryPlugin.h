#pragma once

#include <waymark/registry/StoredRegistryPlugin.h>

namespace waymark::registry
{

/// Provides peer-registry in the memory of the process: nothing outlives it.
class MemoryRegistryPlugin final : public StoredRegistryPlugin
{
public:
    MemoryRegistryPlugin() : StoredRegistryPlugin("memory") {}

private:
    std::unique_ptr<RegistryStore> openStore(RegistryState& state, std::uint64_t epoch) override;
    std::string location() const override { return "memory"; }
};

} // namespace waymark::registry
