#include "host/loader/PluginOrder.h"

#include "base/Text.h"
#include "host/loader/HostNames.h"

#include <algorithm>
#include <array>
#include <functional>
#include <iterator>
#include <set>

namespace waymark::host
{

namespace
{

/// Services of which the host knows before any code runs that one provider is all there may be. Those of
/// other plugins are judged when they are registered.
constexpr std::array<std::string_view, 3> singleServices{"peer-registry", "local-node", "node-store"};

using Indices = std::vector<std::size_t>;

Indices providersOf(const std::vector<PluginInstance>& instances, std::string_view id)
{
    Indices providers;
    for (std::size_t i = 0; i < instances.size(); ++i)
        if (instances[i].manifest().doesProvide(id))
            providers.push_back(i);
    return providers;
}

void checkProviders(const std::vector<PluginInstance>& instances, std::vector<std::string>& problems)
{
    for (const std::string_view id : singleServices) {
        const Indices providers = providersOf(instances, id);
        for (std::size_t i = 1; i < providers.size(); ++i)
            problems.push_back("service " + std::string(id) + " may have one provider: both " +
                               instances[providers[0]].description() + " and " +
                               instances[providers[i]].description() +
                               " provide it; take one out of waymark.plugins");
    }
}

std::string whoElseProvides(const std::map<std::string, PluginSource>& installed, const std::string& id)
{
    std::vector<std::string> names;
    for (const auto& [library, source] : installed)
        if (source.manifest && source.manifest->doesProvide(id))
            names.push_back(library);
    if (names.empty())
        return "no installed plugin provides it";
    return "add " + std::string(names.size() > 1 ? "one of these" : "this") +
           " to waymark.plugins: " + text::joined(names);
}

void checkNeeds(const std::vector<PluginInstance>& instances,
                const std::map<std::string, PluginSource>& installed, std::vector<std::string>& problems)
{
    std::vector<std::string> lacking; // each is told of once, with all who need it
    for (const PluginInstance& instance : instances)
        for (const std::string& id : instance.manifest().needs)
            if (!isOfHost(id) && providersOf(instances, id).empty() &&
                std::ranges::find(lacking, id) == lacking.end())
                lacking.push_back(id);
    for (const std::string& id : lacking) {
        std::vector<std::string> who;
        for (const PluginInstance& instance : instances)
            if (std::ranges::find(instance.manifest().needs, id) != instance.manifest().needs.end())
                who.push_back(instance.description());
        problems.push_back(text::joined(who, " and ") + (who.size() > 1 ? " need" : " needs") + " service " +
                           id + ", which no loaded plugin provides; " + whoElseProvides(installed, id));
    }
}

/// Whether everything that `ids` names is placed already; a plugin does not wait for itself.
bool allPlaced(const std::vector<PluginInstance>& instances, const std::vector<bool>& placed,
               std::size_t self, const std::vector<std::string>& ids)
{
    return std::ranges::all_of(ids, [&](const std::string& id) {
        return std::ranges::all_of(providersOf(instances, id), [&](std::size_t provider) {
            return provider == self || placed[provider];
        });
    });
}

/// Follows unmet needs from one plugin to the next until one comes up again.
std::string describeCycle(const std::vector<PluginInstance>& instances, const std::vector<bool>& placed)
{
    std::size_t current = static_cast<std::size_t>(std::ranges::find(placed, false) - placed.begin());
    Indices path;
    std::vector<std::string> steps;
    while (std::ranges::find(path, current) == path.end()) {
        path.push_back(current);
        std::size_t next = current;
        std::string why;
        for (const std::string& id : instances[current].manifest().needs)
            for (const std::size_t provider : providersOf(instances, id))
                if (provider != current && !placed[provider]) {
                    next = provider;
                    why = id;
                }
        steps.push_back(instances[current].description() + " needs " + why + " of " +
                        instances[next].description());
        current = next;
    }
    // What led to the circle is no part of it.
    const auto lead = std::ranges::find(path, current) - path.begin();
    steps.erase(steps.begin(), steps.begin() + lead);
    return "plugins need each other in a circle: " + text::joined(steps, "; ");
}

} // namespace

std::vector<std::string> oneOfEachService(const std::map<std::string, PluginSource>& installed)
{
    std::vector<std::string> chosen;
    std::set<std::string_view> taken;
    for (const auto& [library, source] : installed) {
        if (!source.manifest)
            continue;
        const auto provides = [&manifest = *source.manifest](std::string_view id) {
            return manifest.doesProvide(id);
        };
        if (std::ranges::any_of(taken, provides))
            continue;
        std::ranges::copy_if(singleServices, std::inserter(taken, taken.end()), provides);
        chosen.push_back(library);
    }
    return chosen;
}

std::vector<std::string> sortByNeeds(std::vector<PluginInstance>& instances,
                                     const std::map<std::string, PluginSource>& installed, bool isWhole)
{
    std::vector<std::string> problems;
    checkProviders(instances, problems);
    if (isWhole)
        checkNeeds(instances, installed, problems);
    std::vector<bool> placed(instances.size(), false);
    Indices order;
    while (order.size() < instances.size()) {
        const auto ready = [&](bool withWants) {
            for (std::size_t i = 0; i < instances.size(); ++i)
                if (!placed[i] && allPlaced(instances, placed, i, instances[i].manifest().needs) &&
                    (!withWants || allPlaced(instances, placed, i, instances[i].manifest().wants)))
                    return i;
            return instances.size();
        };
        std::size_t next = ready(true);
        if (next == instances.size())
            next = ready(false);
        if (next == instances.size()) {
            problems.push_back(describeCycle(instances, placed));
            return problems;
        }
        placed[next] = true;
        order.push_back(next);
    }
    std::vector<PluginInstance> sorted;
    for (const std::size_t index : order)
        sorted.push_back(std::move(instances[index]));
    instances = std::move(sorted);
    return problems;
}

} // namespace waymark::host
