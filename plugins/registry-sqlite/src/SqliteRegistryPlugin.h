#pragma once

#include "Database.h"

#include <waymark/registry/StoreFormat.h>
#include <waymark/registry/StoredRegistryPlugin.h>

#include <chrono>
#include <filesystem>

namespace waymark::registry
{

/// Provides peer-registry from a SQLite file: what was acknowledged survives a crash and, unless the
/// configuration says otherwise, a power cut.
class SqliteRegistryPlugin final : public StoredRegistryPlugin, public StoreFormatProvider
{
public:
    SqliteRegistryPlugin();

    std::unique_ptr<plugin::Command> command(std::string_view name) override;
    std::unique_ptr<StoreFormat> storeFormat() const override;

private:
    void configureStore(const plugin::ConfigView& config, StoredRegistry::Options& options) override;
    std::unique_ptr<RegistryStore> openStore(RegistryState& state, std::uint64_t epoch) override;
    std::string location() const override { return _file.string(); }

    std::filesystem::path _file;
    std::chrono::milliseconds _busyTimeout{0};
    Durability _durability = Durability::full;
};

} // namespace waymark::registry
