#pragma once

#include "host/loader/PluginInstance.h"

#include <waymark/plugin/Services.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace waymark::host
{

/// The service table of one host. Filled while plugins provide, read while they wire, then sealed.
class HostServices final : public plugin::ServiceTable
{
public:
    enum class Phase
    {
        providing,
        wiring,
        sealed
    };

    explicit HostServices(std::shared_ptr<observe::LogChannel> channel) : _channel(std::move(channel)) {}

    /// Adds one of the host's own services.
    template <plugin::Service S>
    void addOwn(S& service)
    {
        _entries.push_back({S::serviceId, typeid(S), false, &service, ""});
    }

    /// The instances whose manifests say what is allowed; they outlive the table.
    void admit(const std::vector<PluginInstance>& instances);
    void enter(Phase phase) noexcept { _phase = phase; }

    void add(std::string_view plugin, std::string_view id, std::type_index type, bool many,
             void* service) override;
    std::vector<void*> find(std::string_view plugin, std::string_view id,
                            std::type_index type) const override;
    observe::Log log(std::string_view plugin) const override;

    /// Throws ServiceError when a plugin did not register what its manifest promises.
    void checkProvided(const PluginInstance& instance) const;

private:
    struct Entry
    {
        std::string id;
        std::type_index type;
        bool many;
        void* service;
        std::string plugin; ///< empty: the host
    };

    const PluginInstance* instance(std::string_view name) const noexcept;
    std::string describe(std::string_view plugin) const;

    std::shared_ptr<observe::LogChannel> _channel;
    std::vector<Entry> _entries;
    std::map<std::string, const PluginInstance*, std::less<>> _instances;
    Phase _phase = Phase::providing;
};

} // namespace waymark::host
