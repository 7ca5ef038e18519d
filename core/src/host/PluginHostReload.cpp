// How a running host takes a changed configuration over, all of it or nothing.
#include "base/Text.h"
#include "host/HostSchema.h"
#include "host/Phase.h"
#include "host/PluginHost.h"
#include "observe/LogLevels.h"

#include <vector>

namespace waymark::host
{

bool PluginHost::reload()
{
    Problems problems;
    std::unique_ptr<Configuration> changed;
    std::vector<std::function<void()>> commits;
    try {
        changed = readChanged(problems);
        if (problems.empty())
            commits = prepareReload(*changed, problems);
    } catch (const HostError& error) {
        for (const std::string& line : error.lines())
            problems.push_back({"", "", line});
    }
    if (!problems.empty()) {
        sortByPlace(problems);
        for (const Problem& problem : problems)
            logProblem(observe::LogLevel::error, "config.problem", problem);
        log().error(
            "config.reload_refused", {{"problems", problems.size()}},
            "nothing was changed, the configuration of before stays in force; mend what is named above "
            "and reload again");
        return false;
    }
    const auto keys = changed->changedKeys(*_configuration, true);
    for (const auto& commit : commits)
        commit();
    _configuration = std::move(changed);
    const auto tell = [&] {
        log().info("config.reloaded", {{"changed", text::joined(keys, ",")}},
                   keys.empty() ? "No key has another value than before." : "");
    };
    // Under the levels that show it: of a reload that makes the log quieter this is the last that is said.
    const auto levels = observe::LogLevels::parse(_configuration->view("waymark").text("log.level"));
    const bool isQuiet = levels && !levels->enabled(observe::LogLevel::info, "host");
    if (isQuiet)
        tell();
    applyLogging(*_configuration);
    if (!isQuiet)
        tell();
    return true;
}

void PluginHost::logProblem(observe::LogLevel level, std::string_view event, const Problem& problem) const
{
    std::vector<observe::LogField> fields;
    if (!problem.where.empty())
        fields.emplace_back("where", problem.where);
    if (!problem.key.empty())
        fields.emplace_back("key", problem.key);
    const std::string sentence = (problem.key.empty() ? "" : problem.key + ": ") + problem.message;
    if (log().enabled(level))
        _channel->write(level, "host", event, fields, sentence);
}

std::unique_ptr<Configuration> PluginHost::readChanged(Problems& problems) const
{
    auto changed = readConfiguration();
    for (const PluginInstance& instance : _instances)
        runPhase(instance, "schema", plugin::ExitCode::internal, [&] {
            changed->addSection({instance.name, "Plugin " + instance.name, instance.plugin->schema()});
        });
    crossCheck(*changed);
    changed->checkUnknown();
    problems = changed->problems();
    for (const std::string& key : changed->changedKeys(*_configuration, false))
        problems.push_back(changed->problemOf(
            key, "cannot be changed while the daemon runs; restart it, or take the change back"));
    return changed;
}

std::vector<std::function<void()>> PluginHost::prepareReload(const Configuration& changed, Problems& problems)
{
    std::vector<std::function<void()>> commits;
    plugin::ReloadPlan identity = _core->prepareReload(changed.view("node"));
    if (identity.refusal)
        problems.push_back({"", "", *identity.refusal});
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
            problems.push_back(changed.problemOf(instance.name + '.' + key, message));
        if (plan.commit)
            commits.push_back(std::move(plan.commit));
    }
    return commits;
}

} // namespace waymark::host
