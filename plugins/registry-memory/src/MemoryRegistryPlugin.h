#pragma once

#include "SnapshotFile.h"

#include <waymark/base/Subscription.h>
#include <waymark/base/Timers.h>
#include <waymark/http/RouteTable.h>
#include <waymark/registry/StoreFormat.h>
#include <waymark/registry/StoredRegistryPlugin.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

namespace waymark::registry
{

/// Provides peer-registry in the memory of the process. Nothing outlives it but what a snapshot holds, where
/// one is configured: it is written at a stop, on request (POST /registry/snapshot) and every so often.
class MemoryRegistryPlugin final : public StoredRegistryPlugin, public StoreFormatProvider
{
public:
    MemoryRegistryPlugin();

    std::unique_ptr<StoreFormat> storeFormat() const override;

private:
    void configureStore(const plugin::ConfigView& config, StoredRegistry::Options& options) override;
    void provideMore(plugin::Services& services) override;
    std::unique_ptr<RegistryStore> openStore(RegistryState& state, std::uint64_t epoch) override;
    void opened() override;
    void closed() noexcept override;
    std::string location() const override;

    /// It is there without a snapshot, too, and says what is missing.
    void addSnapshotRoute(plugin::Services& services);
    http::ApiResponse answerRequest();

    std::optional<std::filesystem::path> _file;
    Duration _interval{0};
    Timers* _timers = nullptr;
    std::unique_ptr<SnapshotFile> _snapshot; ///< from provide() on, when one is configured
    std::vector<Subscription> _subscriptions;
};

} // namespace waymark::registry
