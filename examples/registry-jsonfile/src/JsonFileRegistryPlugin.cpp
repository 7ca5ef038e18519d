#include "JsonFileRegistryPlugin.h"

#include "JsonFileFormat.h"
#include "JsonFileStore.h"

namespace jsonfile
{

using namespace waymark;

JsonFileRegistryPlugin::JsonFileRegistryPlugin()
    : StoredRegistryPlugin("jsonfile", {plugin::Option::path("file").help(
                                           "The JSON file; without it <state-dir>/registry.json")})
{
}

std::unique_ptr<registry::StoreFormat> JsonFileRegistryPlugin::storeFormat() const
{
    return std::make_unique<JsonFileFormat>();
}

void JsonFileRegistryPlugin::configureStore(const plugin::ConfigView& config,
                                            registry::StoredRegistry::Options&)
{
    _file = JsonFileFormat().fileIn(config).value();
}

std::unique_ptr<registry::RegistryStore> JsonFileRegistryPlugin::openStore(registry::RegistryState& state,
                                                                           std::uint64_t epoch)
{
    auto store = std::make_unique<JsonFileStore>(_file);
    store->load(state, epoch);
    return store;
}

} // namespace jsonfile
