#include "host/config/Configuration.h"

#include "base/Text.h"
#include "plugin/ConfigViewFactory.h"

#include <algorithm>
#include <stdexcept>

namespace waymark::host
{

namespace
{

std::string prefixOf(const std::string& fullKey)
{
    const std::size_t dot = fullKey.find('.');
    return dot == std::string::npos ? std::string() : fullKey.substr(0, dot);
}

/// The key without its prefix.
std::string restOf(const std::string& fullKey)
{
    return fullKey.substr(fullKey.find('.') + 1);
}

std::string without(const std::string& meant)
{
    return meant.empty() ? std::string() : "; did you mean " + meant + '?';
}

/// The value, a relative path as an absolute one.
std::string located(const plugin::Option& option, const std::string& raw, const std::filesystem::path& base)
{
    const bool isWord = std::ranges::find(option.words(), raw) != option.words().end();
    if (isWord || option.type() != plugin::OptionType::path)
        return raw;
    return (base / raw).lexically_normal().string();
}

} // namespace

void Configuration::addSection(ConfigSection section)
{
    for (const auto& [key, setting] : _settings) {
        if (prefixOf(key) != section.prefix)
            continue;
        if (setting.isBroken) {
            _bad.insert(key);
            continue;
        }
        const plugin::Option* const option = section.schema.find(restOf(key));
        if (option == nullptr)
            continue; // checkUnknown() knows every key by then and can suggest one
        if (option->type() == plugin::OptionType::table && restOf(key) == option->key()) {
            addProblem(key, "is a table: write " + key + ".NAME = value");
            _bad.insert(key);
        } else if (const auto accepted = option->accepts(setting.raw); !accepted) {
            addProblem(key, accepted.error().message);
            _bad.insert(key);
        }
    }
    for (const plugin::Option& option : section.schema.options()) {
        const std::string key = section.prefix + '.' + option.key();
        if (option.isRequired() && !_settings.contains(key))
            addProblem({"", key, "is missing: " + option.helpLine() + " (" + option.allowed() + ")"});
    }
    _sections.push_back(std::move(section));
}

void Configuration::checkUnknown()
{
    const auto known = knownKeys();
    for (const auto& [key, setting] : _settings) {
        const std::string prefix = prefixOf(key);
        const ConfigSection* const owner = section(prefix);
        if (owner == nullptr ? _refused.contains(prefix) : owner->schema.find(restOf(key)) != nullptr)
            continue;
        const std::string hint = without(text::nearest(key, known));
        if (owner != nullptr)
            addProblem(key, "no such key" + hint);
        else if (prefix.empty())
            addProblem(key,
                       "no such key: every key is PREFIX.NAME with waymark, node or the name of a plugin "
                       "as its prefix" +
                           hint);
        else if (_idle.contains(prefix))
            _warnings.push_back(
                {setting.origin.toString(), key,
                 "has no effect: plugin " + prefix + " is installed, but not in waymark.plugins"});
        else
            addProblem(key, "no such key, and no plugin of the name '" + prefix + "' is installed" + hint);
    }
}

plugin::ConfigView Configuration::view(std::string_view prefix) const
{
    const ConfigSection* const owner = section(prefix);
    if (owner == nullptr)
        throw std::logic_error("the configuration has no section " + std::string(prefix));
    std::map<std::string, plugin::CheckedValue> values;
    for (const auto& [key, setting] : _settings)
        if (prefixOf(key) == prefix && owner->schema.find(restOf(key)) != nullptr && !_bad.contains(key))
            values.emplace(restOf(key), plugin::CheckedValue{setting.raw, setting.origin.base});
    return plugin::ConfigViewFactory::make(owner->schema, std::move(values), _stateDirectory);
}

Problem Configuration::problemOf(const std::string& fullKey, std::string message) const
{
    const auto found = _settings.find(fullKey);
    return {found == _settings.end() ? "" : found->second.origin.toString(), fullKey, std::move(message)};
}

void Configuration::addProblem(const std::string& fullKey, std::string message)
{
    _problems.push_back(problemOf(fullKey, std::move(message)));
}

bool Configuration::isSpoilt(std::string_view prefix) const
{
    return std::ranges::any_of(_bad, [&](const std::string& key) { return prefixOf(key) == prefix; }) ||
           std::ranges::any_of(_problems, [&](const Problem& problem) {
               return problem.key.empty() ? !problem.where.empty() : prefixOf(problem.key) == prefix;
           });
}

const Setting* Configuration::given(const std::string& fullKey) const
{
    const auto found = _settings.find(fullKey);
    return found == _settings.end() || found->second.isBroken ? nullptr : &found->second;
}

std::optional<std::string> Configuration::effective(const ConfigSection& section,
                                                    const plugin::Option& option) const
{
    const auto found = _settings.find(section.prefix + '.' + option.key());
    if (found == _settings.end())
        return byDefault(option);
    return located(option, found->second.raw, found->second.origin.base);
}

std::optional<std::string> Configuration::byDefault(const plugin::Option& option) const
{
    if (!option.defaultValue() || option.defaultValue()->empty())
        return option.defaultValue();
    return located(option, *option.defaultValue(), _stateDirectory);
}

std::vector<std::string> Configuration::changedKeys(const Configuration& other, bool reloadable) const
{
    std::vector<std::string> changed;
    const auto tableEntries = [](const Configuration& of, const std::string& prefix) {
        std::map<std::string, std::string> entries;
        for (const auto& [key, setting] : of._settings)
            if (key.starts_with(prefix))
                entries.emplace(key, setting.raw);
        return entries;
    };
    for (const ConfigSection& section : _sections) {
        for (const plugin::Option& option : section.schema.options()) {
            if (option.isReloadable() != reloadable)
                continue;
            const std::string key = section.prefix + '.' + option.key();
            const bool same = option.type() == plugin::OptionType::table
                                  ? tableEntries(*this, key + '.') == tableEntries(other, key + '.')
                                  : effective(section, option) == other.effective(section, option);
            if (!same)
                changed.push_back(key);
        }
    }
    return changed;
}

const ConfigSection* Configuration::section(std::string_view prefix) const noexcept
{
    const auto found = std::ranges::find(_sections, prefix, &ConfigSection::prefix);
    return found == _sections.end() ? nullptr : &*found;
}

std::vector<std::string> Configuration::knownKeys() const
{
    std::vector<std::string> keys;
    for (const ConfigSection& section : _sections)
        for (const plugin::Option& option : section.schema.options())
            keys.push_back(section.prefix + '.' + option.key());
    return keys;
}

} // namespace waymark::host
