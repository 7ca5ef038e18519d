// How a host comes from settings to configured plugins.
#include "base/Text.h"
#include "host/HostSchema.h"
#include "host/Phase.h"
#include "host/PluginHost.h"
#include "host/config/CrossChecks.h"
#include "host/config/SettingsReader.h"
#include "host/config/StateDirectory.h"
#include "host/loader/PluginLoader.h"
#include "host/loader/PluginOrder.h"

#include <waymark/node/IpAddress.h>

#include <algorithm>
#include <cstdlib>

namespace waymark::host
{

namespace
{

namespace fs = std::filesystem;

/// The folders of waymark.plugin-path; relative ones follow the file that names them.
std::vector<fs::path> configuredFolders(const Configuration& configuration)
{
    std::vector<fs::path> folders;
    if (const Setting* const given = configuration.given("waymark.plugin-path"))
        for (const std::string& part : text::splitList(given->raw))
            folders.push_back((given->origin.base / part).lexically_normal());
    return folders;
}

std::vector<std::string> namesOf(const std::map<std::string, PluginSource>& installed)
{
    std::vector<std::string> names;
    for (const auto& [name, source] : installed)
        names.push_back(name);
    return names;
}

std::string similarLibrary(const std::string& library, const std::map<std::string, PluginSource>& installed)
{
    const auto names = namesOf(installed);
    const std::string meant = text::nearest(library, names);
    if (!library.empty() && !meant.empty())
        return "; did you mean " + meant + '?';
    const std::string elsewhere = "--plugin-path or waymark.plugin-path names another folder";
    if (names.empty())
        return "; no plugin is installed: " + elsewhere;
    return "; installed are " + text::joined(names) + "; " + elsewhere;
}

std::string foldersOf(const PluginFinder& finder)
{
    std::vector<std::string> folders;
    for (const fs::path& folder : finder.folders())
        folders.push_back(folder.string());
    return text::joined(folders);
}

/// What the schema of "node" cannot say: one address a family, and entries that the host writes itself.
void checkIdentity(Configuration& configuration)
{
    const auto addresses = text::splitList(configuration.view("node").findText("external-ip").value_or(""));
    for (const bool v4 : {true, false}) {
        const auto count = std::ranges::count_if(addresses, [&](const std::string& part) {
            const auto address = node::IpAddress::parse(part);
            return address && address->isV4() == v4;
        });
        if (count > 1)
            configuration.addProblem("node.external-ip",
                                     std::string("has more than one ") + (v4 ? "IPv4" : "IPv6") + " address");
    }
    for (const char* const own : {"id", "secp256k1", "ip", "udp", "tcp", "ip6", "udp6", "tcp6"}) {
        const std::string key = std::string("node.enr.") + own;
        if (configuration.settings().contains(key))
            configuration.addProblem(key, "this entry of the record is written by the host itself");
    }
}

/// Runs a step of one plugin; what ends it joins the other problems of the configuration, so that the other
/// plugins have their say.
template <class Step>
void collectProblems(Configuration& configuration, const Step& step)
{
    try {
        step();
    } catch (const HostError& error) {
        if (error.code() != plugin::ExitCode::configuration)
            throw;
        for (const std::string& line : error.lines())
            configuration.addProblem({"", "", line});
    }
}

} // namespace

std::unique_ptr<Configuration> PluginHost::readConfiguration() const
{
    ReadSettings read = readSettings(_options.configFile, _options.overrides);
    if (!read.isComplete)
        throw HostError(plugin::ExitCode::configuration, linesOf(read.problems));
    auto configuration = std::make_unique<Configuration>(std::move(read.settings));
    for (Problem& problem : read.problems)
        configuration->addProblem(std::move(problem));
    configuration->addSection({"waymark", "Host", hostSchema()});
    configuration->setStateDirectory(stateDirectoryOf(*configuration));
    configuration->addSection({"node", "Identity", nodeSchema()});
    checkIdentity(*configuration);
    return configuration;
}

PluginFinder PluginHost::finderOf(const Configuration& configuration) const
{
    auto folders = _options.pluginPath;
    for (fs::path& folder : configuredFolders(configuration))
        folders.push_back(std::move(folder));
    return {pluginFolders(std::move(folders)), _options.linkedPlugins};
}

void PluginHost::load()
{
    _configuration = readConfiguration();
    applyLogging(*_configuration);
    const PluginFinder finder = finderOf(*_configuration);
    _installed = finder.installed();
    std::map<std::string, std::string> misspelt;
    const bool allFound = findPlugins(*_configuration, finder, misspelt);
    std::vector<std::string> conflicts = sortByNeeds(_instances, _installed, allFound);
    for (std::string& problem : conflicts)
        _configuration->addProblem("waymark.plugins", std::move(problem));
    // Keys can be checked without the plugins that were not found, but where those that were do not go
    // together no code of theirs is run.
    if (conflicts.empty()) {
        loadCode(*_configuration);
        for (const auto& [name, meant] : misspelt)
            checkKeysOf(*_configuration, name, meant);
    }
    crossCheck(*_configuration);
    for (const PluginInstance& instance : _instances)
        if (!_configuration->hasSection(instance.name))
            _configuration->addRefusedPrefix(instance.name);
    _configuration->checkUnknown();
    configurePlugins();
    throwOnProblems();
    for (const Problem& warning : _configuration->warnings())
        logProblem(observe::LogLevel::warning, "config.idle_key", warning);
}

void PluginHost::crossCheck(Configuration& configuration) const
{
    std::set<std::string> installed;
    for (const auto& [library, source] : _installed)
        installed.insert(library);
    checkLogSources(configuration, installed);
    configuration.addIdlePrefixes(std::move(installed));
    std::map<std::string, std::vector<std::string>> instancesOf;
    for (const PluginInstance& instance : _instances)
        instancesOf[instance.manifest().name].push_back(instance.name);
    for (const auto& [plugin, instances] : instancesOf)
        checkEndpoints(configuration, instances);
}

void PluginHost::loadInstalled()
{
    const auto configuration = readConfiguration();
    if (!configuration->settings().contains("waymark.plugins"))
        _options.overrides.emplace_back("waymark.plugins",
                                        text::joined(oneOfEachService(finderOf(*configuration).installed())));
    load();
}

void PluginHost::loadReference()
{
    _configuration = std::make_unique<Configuration>(Settings{});
    _configuration->addSection({"waymark", "Host", hostSchema()});
    _configuration->addSection({"node", "Identity", nodeSchema()});
    const PluginFinder finder(pluginFolders(_options.pluginPath), _options.linkedPlugins);
    for (auto& [library, source] : finder.installed())
        if (source.manifest)
            _instances.push_back({library, std::move(source), nullptr, false});
    loadCode(*_configuration);
}

bool PluginHost::findPlugins(Configuration& configuration, const PluginFinder& finder,
                             std::map<std::string, std::string>& misspelt)
{
    const Setting* const given = configuration.given("waymark.plugins");
    if (given == nullptr)
        return false;
    bool allFound = true;
    const auto entries = text::splitList(given->raw);
    if (entries.empty())
        configuration.addProblem("waymark.plugins",
                                 "names no plugin, and the host does nothing without one; looked in " +
                                     foldersOf(finder) + similarLibrary("", _installed));
    for (const std::string& entry : entries) {
        const auto parsed = parsePluginEntry(entry);
        if (!parsed) {
            allFound = false; // the schema's check has reported it
            continue;
        }
        const auto& [name, library] = *parsed;
        const auto problem = [&](std::string message) {
            allFound = false;
            configuration.addProblem("waymark.plugins", std::move(message));
        };
        if (std::ranges::find(_instances, name, &PluginInstance::name) != _instances.end()) {
            problem("the name " + name + " stands twice; give one plugin another name: NAME:" + library);
            continue;
        }
        auto source = finder.find(library, given->origin.base);
        if (!source) {
            problem("plugin " + name + ": there is no " + library + ".so in " + foldersOf(finder) +
                    similarLibrary(library, _installed));
            configuration.addRefusedPrefix(name);
            misspelt.emplace(name, text::nearest(library, namesOf(_installed)));
            continue;
        }
        if (!source->manifest) {
            problem("plugin " + name + " (" + source->description() +
                    ") is refused: " + source->manifest.error().message);
            configuration.addRefusedPrefix(name);
            continue;
        }
        _instances.push_back({name, std::move(*source), nullptr, false});
    }
    return allFound;
}

void PluginHost::loadCode(Configuration& configuration)
{
    for (PluginInstance& instance : _instances) {
        collectProblems(configuration, [&] {
            if (instance.source.linked != nullptr) {
                runPhase(instance, "construction", plugin::ExitCode::configuration,
                         [&] { instance.plugin.reset(instance.source.linked->create()); });
            } else if (auto loaded = loadPlugin(instance.source.file)) {
                instance.plugin = std::move(*loaded);
            } else {
                configuration.addProblem("waymark.plugins",
                                         instance.description() + " is refused: " + loaded.error().message);
                return;
            }
            runPhase(instance, "schema", plugin::ExitCode::configuration, [&] {
                configuration.addSection(
                    {instance.name, "Plugin " + instance.name, instance.plugin->schema()});
            });
        });
    }
}

void PluginHost::checkKeysOf(Configuration& configuration, const std::string& name,
                             const std::string& library)
{
    const auto found = _installed.find(library);
    if (found == _installed.end() || !found->second.manifest)
        return;
    std::set<std::string> prefixes;
    for (const auto& [key, setting] : configuration.settings())
        for (const std::string& prefix : {name, library})
            if (key.starts_with(prefix + '.') && !configuration.hasSection(prefix))
                prefixes.insert(prefix);
    if (prefixes.empty())
        return;
    PluginInstance meant{library, found->second, nullptr, false};
    collectProblems(configuration, [&] {
        if (meant.source.linked != nullptr) {
            runPhase(meant, "construction", plugin::ExitCode::configuration,
                     [&] { meant.plugin.reset(meant.source.linked->create()); });
        } else if (auto loaded = loadPlugin(meant.source.file)) {
            meant.plugin = std::move(*loaded);
        } else {
            return; // the start is refused in any case
        }
        runPhase(meant, "schema", plugin::ExitCode::configuration, [&] {
            for (const std::string& prefix : prefixes)
                configuration.addSection({prefix, "Plugin " + prefix, meant.plugin->schema()});
        });
    });
}

void PluginHost::configurePlugins()
{
    for (const PluginInstance& instance : _instances) {
        if (!_configuration->hasSection(instance.name) || _configuration->isSpoilt(instance.name))
            continue;
        const auto view = _configuration->view(instance.name);
        collectProblems(*_configuration, [&] {
            runPhase(instance, "configure", plugin::ExitCode::configuration,
                     [&] { instance.plugin->configure(view); });
        });
        for (auto& [key, message] : view.rejections())
            _configuration->addProblem(instance.name + '.' + key, message);
    }
}

void PluginHost::throwOnProblems() const
{
    Problems problems = _configuration->problems();
    if (problems.empty())
        return;
    sortByPlace(problems);
    throw HostError(plugin::ExitCode::configuration, linesOf(problems));
}

void PluginHost::applyLogging(const Configuration& configuration)
{
    const auto view = configuration.view("waymark");
    _channel->configure(observe::parseLogFormat(view.text("log.format")));
    if (auto levels = observe::LogLevels::parse(view.text("log.level")))
        _channel->configure(std::move(*levels));
}

} // namespace waymark::host
