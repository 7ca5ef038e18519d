// How a running host takes a changed configuration over, all of it or nothing.
#include "base/Text.h"
#include "host/HostSchema.h"
#include "host/Phase.h"
#include "host/PluginHost.h"

namespace waymark::host
{

bool PluginHost::reload()
{
    Problems problems;
    auto changed = readChanged(problems);
    std::vector<std::function<void()>> commits;
    if (problems.empty())
        commits = prepareReload(*changed, problems);
    if (!problems.empty()) {
        for (const Problem& problem : problems)
            log().error("config.problem", {{"where", problem.where}, {"key", problem.key}}, problem.message);
        log().error("config.reload_refused", {{"problems", problems.size()}}, "nothing was changed");
        return false;
    }
    const auto keys = changed->changedKeys(*_configuration, true);
    for (const auto& commit : commits)
        commit();
    _configuration = std::move(changed);
    applyLogging(*_configuration);
    log().info("config.reloaded", {{"changed", text::joined(keys, ",")}});
    return true;
}

std::unique_ptr<Configuration> PluginHost::readChanged(Problems& problems) const
{
    auto changed = readConfiguration();
    std::set<std::string> idle;
    for (const auto& [library, source] : _installed)
        idle.insert(library);
    changed->addIdlePrefixes(std::move(idle));
    for (const PluginInstance& instance : _instances)
        runPhase(instance, "schema", plugin::ExitCode::internal, [&] {
            changed->addSection({instance.name, "Plugin " + instance.name, instance.plugin->schema()});
        });
    changed->checkUnknown();
    problems = changed->problems();
    for (const std::string& key : changed->changedKeys(*_configuration, false)) {
        const auto found = changed->settings().find(key);
        problems.push_back({found == changed->settings().end() ? "" : found->second.origin.toString(), key,
                            "cannot be changed while the daemon runs; restart it, or take the change back"});
    }
    return changed;
}

std::vector<std::function<void()>> PluginHost::prepareReload(const Configuration& changed, Problems& problems)
{
    std::vector<std::function<void()>> commits;
    plugin::ReloadPlan identity = _core->prepareReload(changed.view("node"));
    if (identity.refusal)
        problems.push_back({"", "node", *identity.refusal});
    else
        commits.push_back(std::move(identity.commit));
    for (const PluginInstance& instance : _instances) {
        const auto view = changed.view(instance.name);
        plugin::ReloadPlan plan;
        try {
            runPhase(instance, "reload", plugin::ExitCode::internal,
                     [&] { plan = instance.plugin->prepareReload(view); });
        } catch (const HostError& error) {
            problems.push_back({"", "", error.what()});
            continue;
        }
        if (plan.refusal)
            problems.push_back({"", "", instance.description() + " refuses: " + *plan.refusal});
        for (auto& [key, message] : view.rejections())
            problems.push_back({"", instance.name + '.' + key, message});
        if (plan.commit)
            commits.push_back(std::move(plan.commit));
    }
    return commits;
}

} // namespace waymark::host
