#include "host/HostServices.h"

#include "host/loader/HostNames.h"

#include <algorithm>

namespace waymark::host
{

using plugin::ServiceError;

void HostServices::admit(const std::vector<PluginInstance>& instances)
{
    for (const PluginInstance& instance : instances)
        _instances.emplace(instance.name, &instance);
}

void HostServices::add(std::string_view plugin, std::string_view id, std::type_index type, bool many,
                       void* service)
{
    const std::string what = describe(plugin) + " provides service " + std::string(id);
    if (_phase != Phase::providing)
        throw ServiceError(what + " too late: provide() is the time for it");
    const PluginInstance* const owner = instance(plugin);
    if (owner == nullptr || !owner->manifest().doesProvide(id))
        throw ServiceError(what + ", which its manifest does not list under provides");
    for (const Entry& entry : _entries) {
        if (entry.id != id)
            continue;
        const std::string other = entry.plugin.empty() ? "the host" : describe(entry.plugin);
        if (entry.plugin == plugin)
            throw ServiceError(what + " twice");
        if (entry.type != type)
            throw ServiceError(what + " as another type than " + other);
        if (!many || !entry.many)
            throw ServiceError(what + ", which may have one provider and already has " + other);
    }
    _entries.push_back({std::string(id), type, many, service, std::string(plugin)});
}

std::vector<void*> HostServices::find(std::string_view plugin, std::string_view id,
                                      std::type_index type) const
{
    const PluginInstance* const asker = instance(plugin);
    const std::string what = describe(plugin) + " looks up service " + std::string(id);
    if (asker != nullptr && !isOfHost(id)) {
        if (!asker->manifest().doesNeed(id) && !asker->manifest().doesWant(id))
            throw ServiceError(what + ", which its manifest neither needs nor wants");
        if (_phase == Phase::providing)
            throw ServiceError(what + " too early: wire() is the time for services of other plugins");
    }
    std::vector<void*> found;
    for (const Entry& entry : _entries) {
        if (entry.id != id)
            continue;
        if (entry.type != type)
            throw ServiceError(what + " as another type than its provider's");
        found.push_back(entry.service);
    }
    return found;
}

observe::Log HostServices::log(std::string_view plugin) const
{
    return {_channel, std::string(plugin)};
}

void HostServices::checkProvided(const PluginInstance& instance) const
{
    for (const std::string& id : instance.manifest().provides) {
        const bool there = std::ranges::any_of(
            _entries, [&](const Entry& entry) { return entry.id == id && entry.plugin == instance.name; });
        if (!there)
            throw ServiceError(instance.description() + " did not provide service " + id +
                               ", which its manifest promises");
    }
}

const PluginInstance* HostServices::instance(std::string_view name) const noexcept
{
    const auto found = _instances.find(name);
    return found == _instances.end() ? nullptr : found->second;
}

std::string HostServices::describe(std::string_view plugin) const
{
    const PluginInstance* const known = instance(plugin);
    return known == nullptr ? std::string(plugin) : known->description();
}

} // namespace waymark::host
