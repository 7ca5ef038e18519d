#pragma once

#include <waymark/observe/Log.h>

#include <concepts>
#include <stdexcept>
#include <string>
#include <string_view>
#include <typeindex>
#include <utility>
#include <vector>

namespace waymark::plugin
{

/// A contract with an id: `static constexpr const char* serviceId`. With `static constexpr bool many = true`
/// several plugins may provide it, else one.
template <class S>
concept Service = requires {
    { S::serviceId } -> std::convertible_to<std::string_view>;
};

template <class S>
concept ManyService = Service<S> && requires { requires S::many; };

/// A service was asked for or provided against the rules. The message names the plugin and the service.
class ServiceError : public std::runtime_error
{
    using std::runtime_error::runtime_error;
};

/// Keeps services by id. The host's; plugins see it through Services.
class ServiceTable
{
public:
    ServiceTable() = default;
    ServiceTable(const ServiceTable&) = delete;
    ServiceTable& operator=(const ServiceTable&) = delete;
    virtual ~ServiceTable() = default;

    virtual void add(std::string_view plugin, std::string_view id, std::type_index type, bool many,
                     void* service) = 0;
    /// Every provider's service in order of registration.
    virtual std::vector<void*> find(std::string_view plugin, std::string_view id,
                                    std::type_index type) const = 0;
    virtual observe::Log log(std::string_view plugin) const = 0;
};

/// What one plugin sees of the service table.
///
/// During provide() it registers its own services, which stay its property and live until it is destroyed,
/// and may get() those of the host (clock, random, timers, metrics, health, routes, local-node, node-store,
/// udp-sockets, resolver, files). During wire() it looks up those of other plugins; ids that its manifest
/// neither needs nor wants are refused. After wiring the table is sealed; pointers found then stay valid
/// until stop() has returned in every plugin. Not for use from several threads.
class Services
{
public:
    Services(ServiceTable& table, std::string plugin) : _table(&table), _plugin(std::move(plugin)) {}

    /// The instance name of the plugin that this view belongs to.
    const std::string& instance() const noexcept { return _plugin; }
    /// A log whose source is the instance.
    observe::Log log() const { return _table->log(_plugin); }

    /// Registers a service. The id must be in the manifest's `provides`; a second provider of a single
    /// service is refused. Throws ServiceError.
    template <Service S>
    void provide(S& service)
    {
        _table->add(_plugin, S::serviceId, typeid(S), ManyService<S>, &service);
    }

    /// The one provider. Throws ServiceError when there is none.
    template <Service S>
        requires(!ManyService<S>)
    S& get() const
    {
        if (S* const service = find<S>())
            return *service;
        throw ServiceError("plugin " + _plugin + ": service " + S::serviceId +
                           " is provided by no loaded plugin");
    }

    /// The one provider or nullptr.
    template <Service S>
        requires(!ManyService<S>)
    S* find() const
    {
        const auto found = _table->find(_plugin, S::serviceId, typeid(S));
        return found.empty() ? nullptr : static_cast<S*>(found.front());
    }

    /// Every provider, in order of start.
    template <ManyService S>
    std::vector<S*> all() const
    {
        std::vector<S*> services;
        for (void* const service : _table->find(_plugin, S::serviceId, typeid(S)))
            services.push_back(static_cast<S*>(service));
        return services;
    }

private:
    ServiceTable* _table;
    std::string _plugin;
};

} // namespace waymark::plugin
