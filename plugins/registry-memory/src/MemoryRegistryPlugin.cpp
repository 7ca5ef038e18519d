#include "MemoryRegistryPlugin.h"

namespace waymark::registry
{

std::unique_ptr<RegistryStore> MemoryRegistryPlugin::openStore(RegistryState& state, std::uint64_t epoch)
{
    state.begin({epoch, 0});
    return nullptr;
}

} // namespace waymark::registry
