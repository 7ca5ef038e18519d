#include "host/config/CrossChecks.h"

#include "base/Text.h"
#include "host/HostSchema.h"
#include "observe/LogLevels.h"

#include <waymark/node/Endpoint.h>

#include <algorithm>
#include <map>

namespace waymark::host
{

namespace
{

std::vector<std::string> sourcesOf(const Configuration& configuration)
{
    std::vector<std::string> sources{"host"};
    if (const Setting* const plugins = configuration.given("waymark.plugins"))
        for (const std::string& entry : text::splitList(plugins->raw))
            if (const auto parsed = parsePluginEntry(entry))
                sources.push_back(parsed->first);
    return sources;
}

/// The endpoints with a port of their own that an instance listens on.
std::vector<node::Endpoint> endpointsOf(const Configuration& configuration, const std::string& instance)
{
    const auto section = std::ranges::find(configuration.sections(), instance, &ConfigSection::prefix);
    if (section == configuration.sections().end())
        return {};
    const plugin::Option* const option = section->schema.find("listen");
    if (option == nullptr)
        return {};
    std::vector<node::Endpoint> endpoints;
    for (const std::string& part : text::splitList(configuration.effective(*section, *option).value_or("")))
        if (const auto endpoint = node::Endpoint::parse(part); endpoint && endpoint->port != 0)
            endpoints.push_back(*endpoint);
    return endpoints;
}

} // namespace

void checkLogSources(Configuration& configuration, const std::set<std::string>& installed)
{
    const std::string key = "waymark.log.level";
    const Setting* const given = configuration.given(key);
    const auto levels = given == nullptr ? observe::LogLevels() : observe::LogLevels::parse(given->raw);
    if (!levels)
        return; // the schema's check has reported it
    const auto known = sourcesOf(configuration);
    for (const std::string& source : levels->sources()) {
        if (std::ranges::find(known, source) != known.end())
            continue;
        if (installed.contains(source)) {
            configuration.addWarning(
                configuration.problemOf(key, "the level of " + source +
                                                 " has no effect: the plugin is "
                                                 "installed, but not in waymark.plugins"));
            continue;
        }
        const std::string meant = text::nearest(source, known);
        configuration.addProblem(key, "nothing logs as '" + source + "', only " + text::joined(known) +
                                          (meant.empty() ? "" : "; did you mean " + meant + '?'));
    }
}

void checkEndpoints(Configuration& configuration, const std::vector<std::string>& instances)
{
    std::map<node::Endpoint, std::string> owners;
    for (const std::string& instance : instances)
        for (const node::Endpoint& endpoint : endpointsOf(configuration, instance)) {
            const auto [owner, isFirst] = owners.emplace(endpoint, instance);
            if (!isFirst && owner->second != instance)
                configuration.addProblem(instance + ".listen",
                                         endpoint.toString() + " is where " + owner->second +
                                             ", the same plugin, listens; give one of them another port");
        }
}

} // namespace waymark::host
