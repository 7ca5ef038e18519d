#pragma once

#include "host/config/Setting.h"

#include <waymark/plugin/ConfigSchema.h>
#include <waymark/plugin/ConfigView.h>

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::host
{

/// The keys below one prefix: "waymark" and "node" are the host's, the others those of plugins' instances.
struct ConfigSection
{
    std::string prefix;
    std::string title; ///< for the reference: "Host", "Plugin discv4"
    plugin::ConfigSchema schema;
};

/// Settings joined with the schemas that govern them. Collects problems instead of throwing.
class Configuration
{
public:
    explicit Configuration(Settings settings) : _settings(std::move(settings)) {}

    /// Adds a section and checks the settings below its prefix.
    void addSection(ConfigSection section);

    /// Prefixes whose keys cannot be checked: of plugins that are installed but not loaded (a warning each),
    /// or that were refused (nothing more to say).
    void addIdlePrefixes(std::set<std::string> names) { _idle = std::move(names); }
    void addRefusedPrefix(std::string name) { _refused.insert(std::move(name)); }

    /// Reports keys that belong to no section; call it when all sections are there.
    void checkUnknown();

    const Settings& settings() const noexcept { return _settings; }
    const std::vector<ConfigSection>& sections() const noexcept { return _sections; }
    bool hasSection(std::string_view prefix) const noexcept { return section(prefix) != nullptr; }
    const Problems& problems() const noexcept { return _problems; }
    const Problems& warnings() const noexcept { return _warnings; }

    /// The checked values of a section; those with problems are left out, so look at problems() first.
    plugin::ConfigView view(std::string_view prefix) const;

    /// Whether a value below the prefix was refused or a line somewhere not understood: then view() may hold
    /// what the user did not write.
    bool isSpoilt(std::string_view prefix) const;

    /// A key that was given and is not broken, or nullptr; whether it passed its check is not asked.
    const Setting* given(const std::string& fullKey) const;

    /// Where relative defaults of paths lie; set once the "waymark" section is there.
    void setStateDirectory(std::filesystem::path folder) { _stateDirectory = std::move(folder); }
    const std::filesystem::path& stateDirectory() const noexcept { return _stateDirectory; }

    /// A problem of a key, with the place where the key stands, or none when it is not set.
    Problem problemOf(const std::string& fullKey, std::string message) const;
    void addProblem(const std::string& fullKey, std::string message);
    void addProblem(Problem problem) { _problems.push_back(std::move(problem)); }
    void addWarning(Problem problem) { _warnings.push_back(std::move(problem)); }

    /// What a setting is in force as: given, else the default; nothing when neither.
    std::optional<std::string> effective(const ConfigSection& section, const plugin::Option& option) const;
    /// The same when nothing is given. A path is absolute, so that it means the same in any file.
    std::optional<std::string> byDefault(const plugin::Option& option) const;

    /// Full keys whose effective value differs from the other's and which are (not) reloadable.
    std::vector<std::string> changedKeys(const Configuration& other, bool reloadable) const;

private:
    const ConfigSection* section(std::string_view prefix) const noexcept;
    std::vector<std::string> knownKeys() const;

    Settings _settings;
    std::filesystem::path _stateDirectory;
    std::vector<ConfigSection> _sections;
    std::set<std::string> _bad; ///< full keys whose values did not pass
    std::set<std::string> _idle;
    std::set<std::string> _refused;
    Problems _problems;
    Problems _warnings;
};

} // namespace waymark::host
