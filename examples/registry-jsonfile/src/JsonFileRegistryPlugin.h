#pragma once

#include <waymark/registry/StoreFormat.h>
#include <waymark/registry/StoredRegistryPlugin.h>

#include <filesystem>

namespace jsonfile
{

/// Provides peer-registry from one JSON file.
class JsonFileRegistryPlugin final : public waymark::registry::StoredRegistryPlugin,
                                     public waymark::registry::StoreFormatProvider
{
public:
    JsonFileRegistryPlugin();

    std::unique_ptr<waymark::registry::StoreFormat> storeFormat() const override;

private:
    void configureStore(const waymark::plugin::ConfigView& config,
                        waymark::registry::StoredRegistry::Options& options) override;
    std::unique_ptr<waymark::registry::RegistryStore> openStore(waymark::registry::RegistryState& state,
                                                                std::uint64_t epoch) override;
    std::string location() const override { return _file.string(); }

    std::filesystem::path _file;
};

} // namespace jsonfile
