#include "base/Text.h"
#include "plugin/ConfigValue.h"
#include "plugin/ConfigViewFactory.h"

#include <waymark/plugin/ConfigView.h>

#include <algorithm>
#include <mutex>
#include <stdexcept>

namespace waymark::plugin
{

struct ConfigView::State
{
    ConfigSchema schema;
    std::map<std::string, CheckedValue> values; ///< what was given; defaults come from the schema
    std::filesystem::path stateDirectory;
    mutable std::mutex mutex;
    std::vector<std::pair<std::string, std::string>> rejections;

    const Option& option(std::string_view key) const
    {
        const Option* const found = schema.find(key);
        if (found == nullptr)
            throw std::logic_error("the schema has no key " + std::string(key));
        return *found;
    }

    /// The option of a key that is asked for as `type`.
    const Option& option(std::string_view key, OptionType type) const
    {
        const Option& found = option(key);
        if (found.type() != type)
            throw std::logic_error("key " + std::string(key) + " is no " + std::string(toString(type)));
        return found;
    }

    const std::string* find(std::string_view key) const
    {
        const auto given = values.find(std::string(key));
        if (given != values.end())
            return &given->second.raw;
        const auto& fallback = option(key).defaultValue();
        return fallback ? &*fallback : nullptr;
    }

    const std::string& raw(std::string_view key) const
    {
        if (const std::string* const text = find(key))
            return *text;
        throw std::logic_error("key " + std::string(key) + " has neither a value nor a default");
    }

    const std::string& raw(std::string_view key, OptionType type) const
    {
        option(key, type);
        return raw(key);
    }

    std::filesystem::path absolute(std::string_view key, const std::string& text) const
    {
        const auto given = values.find(std::string(key));
        const auto& base = given == values.end() ? stateDirectory : given->second.base;
        return (base / text).lexically_normal();
    }
};

namespace
{

/// Values were checked before a view was made, so a failure here is a defect.
template <class T>
T checked(std::string_view key, Result<T> parsed)
{
    if (!parsed)
        throw std::logic_error("key " + std::string(key) + ": " + parsed.error().message);
    return std::move(*parsed);
}

} // namespace

ConfigView ConfigViewFactory::make(const ConfigSchema& schema, std::map<std::string, CheckedValue> values,
                                   std::filesystem::path stateDirectory)
{
    auto state = std::make_shared<ConfigView::State>();
    state->schema = schema;
    state->values = std::move(values);
    state->stateDirectory = std::move(stateDirectory);
    return ConfigView(std::move(state));
}

Result<ConfigView> ConfigView::make(const ConfigSchema& schema,
                                    const std::map<std::string, std::string>& values,
                                    const std::filesystem::path& stateDirectory)
{
    std::vector<std::string> problems;
    std::map<std::string, CheckedValue> accepted;
    for (const auto& [key, raw] : values) {
        const Option* const option = schema.find(key);
        if (option == nullptr)
            problems.push_back(key + ": no such key");
        else if (const auto result = option->accepts(raw); !result)
            problems.push_back(key + ": " + result.error().message);
        else
            accepted.emplace(key, CheckedValue{raw, std::filesystem::current_path()});
    }
    for (const Option& option : schema.options())
        if (option.isRequired() && !values.contains(option.key()))
            problems.push_back(option.key() + ": is missing");
    if (!problems.empty())
        return failure(ErrorCode::invalidArgument, text::joined(problems, "; "));
    return ConfigViewFactory::make(schema, std::move(accepted),
                                   std::filesystem::absolute(stateDirectory).lexically_normal());
}

bool ConfigView::boolean(std::string_view key) const
{
    return checked(key, value::parseBoolean(_state->raw(key, OptionType::boolean)));
}

std::int64_t ConfigView::integer(std::string_view key) const
{
    return checked(key, value::parseInteger(_state->raw(key, OptionType::integer)));
}

Duration ConfigView::duration(std::string_view key) const
{
    return checked(key, value::parseDuration(_state->raw(key, OptionType::duration)));
}

std::uint64_t ConfigView::size(std::string_view key) const
{
    return static_cast<std::uint64_t>(checked(key, value::parseSize(_state->raw(key, OptionType::size))));
}

const std::string& ConfigView::text(std::string_view key) const
{
    const OptionType type = _state->option(key).type();
    if (type != OptionType::text && type != OptionType::choice && type != OptionType::secret)
        throw std::logic_error("key " + std::string(key) + " is no text, choice or secret");
    return _state->raw(key);
}

std::filesystem::path ConfigView::path(std::string_view key) const
{
    return _state->absolute(key, _state->raw(key, OptionType::path));
}

node::Endpoint ConfigView::endpoint(std::string_view key) const
{
    return checked(key, node::Endpoint::parse(_state->raw(key, OptionType::endpoint)));
}

std::vector<node::IpNetwork> ConfigView::cidrs(std::string_view key) const
{
    std::vector<node::IpNetwork> networks;
    for (const std::string& part : text::splitList(_state->raw(key, OptionType::cidrs)))
        networks.push_back(checked(key, node::IpNetwork::parse(part)));
    return networks;
}

std::vector<std::string> ConfigView::list(std::string_view key) const
{
    return text::splitList(_state->raw(key, OptionType::list));
}

std::map<std::string, std::string> ConfigView::table(std::string_view key) const
{
    const Option& option = _state->option(key, OptionType::table);
    const std::string prefix = option.key() + '.';
    std::map<std::string, std::string> entries;
    for (const auto& [name, value] : _state->values)
        if (name.starts_with(prefix))
            entries.emplace(name.substr(prefix.size()), value.raw);
    return entries;
}

std::optional<std::string> ConfigView::findText(std::string_view key) const
{
    const std::string* const raw = _state->find(key);
    return raw == nullptr ? std::nullopt : std::optional(*raw);
}

std::optional<std::filesystem::path> ConfigView::findPath(std::string_view key) const
{
    _state->option(key, OptionType::path);
    const std::string* const raw = _state->find(key);
    return raw == nullptr ? std::nullopt : std::optional(_state->absolute(key, *raw));
}

bool ConfigView::isWord(std::string_view key, std::string_view word) const
{
    const auto& words = _state->option(key).words();
    const std::string* const raw = _state->find(key);
    return raw != nullptr && *raw == word && std::ranges::find(words, word) != words.end();
}

const std::filesystem::path& ConfigView::stateDirectory() const
{
    return _state->stateDirectory;
}

void ConfigView::reject(std::string_view key, std::string message) const
{
    const std::lock_guard lock(_state->mutex);
    _state->rejections.emplace_back(key, std::move(message));
}

std::vector<std::pair<std::string, std::string>> ConfigView::rejections() const
{
    const std::lock_guard lock(_state->mutex);
    return _state->rejections;
}

} // namespace waymark::plugin
