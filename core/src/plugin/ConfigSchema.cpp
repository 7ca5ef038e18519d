#include "base/Text.h"
#include "plugin/ConfigValue.h"

#include <waymark/node/Endpoint.h>
#include <waymark/node/IpNetwork.h>
#include <waymark/plugin/ConfigSchema.h>

#include <algorithm>
#include <stdexcept>

namespace waymark::plugin
{

namespace
{

constexpr std::string_view keyCharacters = "abcdefghijklmnopqrstuvwxyz0123456789-.";

template <class T>
T mustParse(const std::string& key, Result<T> parsed)
{
    if (!parsed)
        throw std::logic_error("option " + key + ": bound " + parsed.error().message);
    return *parsed;
}

template <class T>
Result<void> withoutValue(const Result<T>& parsed)
{
    if (!parsed)
        return failure(parsed.error());
    return {};
}

Result<void> forEachPart(std::string_view raw, const std::function<Result<void>(std::string_view)>& check)
{
    for (const std::string& part : text::splitList(raw)) {
        if (part.empty())
            return failure(ErrorCode::invalidArgument, "a part between commas is empty");
        const auto accepted = check(part);
        if (accepted)
            continue;
        // Most checks name what they look at by themselves.
        const std::string named = '\'' + part + '\'';
        const bool isNamed = accepted.error().message.find(named) != std::string::npos;
        Error error = isNamed ? accepted.error() : accepted.error().in(named);
        if (part.find_first_of(" \t") != std::string::npos)
            error.message += "; what a list names is separated by commas";
        return failure(std::move(error));
    }
    return {};
}

Result<void> inRange(const Result<std::int64_t>& number, std::string_view raw, const Option& option)
{
    if (!number)
        return failure(number.error());
    if (*number < option.minimum() || *number > option.maximum())
        return failure(ErrorCode::invalidArgument,
                       '\'' + std::string(raw) + "' is out of range, allowed is " + option.allowed());
    return {};
}

std::int64_t nanoseconds(Duration duration)
{
    return duration.count();
}

Result<void> oneWord(std::string_view raw, const std::vector<std::string>& words)
{
    if (std::ranges::find(words, raw) != words.end())
        return {};
    const std::string meant = text::nearest(raw, words);
    return failure(ErrorCode::invalidArgument, '\'' + std::string(raw) + "' is none of " +
                                                   text::joined(words) +
                                                   (meant.empty() ? "" : "; did you mean " + meant + '?'));
}

Result<void> hasType(const Option& option, std::string_view raw)
{
    switch (option.type()) {
    case OptionType::boolean:
        return withoutValue(value::parseBoolean(raw));
    case OptionType::integer:
        return inRange(value::parseInteger(raw), raw, option);
    case OptionType::duration:
        return inRange(value::parseDuration(raw).map(nanoseconds), raw, option);
    case OptionType::size:
        return inRange(value::parseSize(raw), raw, option);
    case OptionType::choice:
        return oneWord(raw, option.words());
    case OptionType::endpoint:
        return withoutValue(node::Endpoint::parse(raw));
    case OptionType::cidrs:
        return forEachPart(raw,
                           [](std::string_view part) { return withoutValue(node::IpNetwork::parse(part)); });
    case OptionType::path:
    case OptionType::secret:
        if (raw.empty())
            return failure(ErrorCode::invalidArgument, "the value is empty");
        return {};
    case OptionType::list:
        return forEachPart(raw, [](std::string_view) -> Result<void> { return {}; });
    case OptionType::text:
    case OptionType::table:
        return {};
    }
    return {};
}

} // namespace

std::string_view toString(OptionType type) noexcept
{
    switch (type) {
    case OptionType::boolean:
        return "boolean";
    case OptionType::integer:
        return "integer";
    case OptionType::duration:
        return "duration";
    case OptionType::size:
        return "size";
    case OptionType::text:
        return "text";
    case OptionType::choice:
        return "choice";
    case OptionType::path:
        return "path";
    case OptionType::secret:
        return "secret";
    case OptionType::endpoint:
        return "endpoint";
    case OptionType::cidrs:
        return "networks";
    case OptionType::list:
        return "list";
    case OptionType::table:
        return "table";
    }
    return "text";
}

Option Option::boolean(std::string key)
{
    return {OptionType::boolean, std::move(key)};
}

Option Option::integer(std::string key, std::int64_t minimum, std::int64_t maximum)
{
    Option option(OptionType::integer, std::move(key));
    option._minimum = minimum;
    option._maximum = maximum;
    return option;
}

Option Option::duration(std::string key, std::string_view minimum, std::string_view maximum)
{
    Option option(OptionType::duration, std::move(key));
    option._minimum = mustParse(option._key, value::parseDuration(minimum)).count();
    option._maximum = mustParse(option._key, value::parseDuration(maximum)).count();
    return option;
}

Option Option::size(std::string key, std::string_view minimum, std::string_view maximum)
{
    Option option(OptionType::size, std::move(key));
    option._minimum = mustParse(option._key, value::parseSize(minimum));
    option._maximum = mustParse(option._key, value::parseSize(maximum));
    return option;
}

Option Option::text(std::string key)
{
    return {OptionType::text, std::move(key)};
}

Option Option::choice(std::string key, std::vector<std::string> words)
{
    Option option(OptionType::choice, std::move(key));
    option._words = std::move(words);
    return option;
}

Option Option::path(std::string key)
{
    return {OptionType::path, std::move(key)};
}

Option Option::secret(std::string key)
{
    return {OptionType::secret, std::move(key)};
}

Option Option::endpoint(std::string key)
{
    return {OptionType::endpoint, std::move(key)};
}

Option Option::cidrs(std::string key)
{
    return {OptionType::cidrs, std::move(key)};
}

Option Option::list(std::string key)
{
    return {OptionType::list, std::move(key)};
}

Option Option::table(std::string key)
{
    return {OptionType::table, std::move(key)};
}

Option Option::help(std::string line) &&
{
    _help = std::move(line);
    return std::move(*this);
}

Option Option::defaultsTo(std::string value) &&
{
    _default = std::move(value);
    return std::move(*this);
}

Option Option::required() &&
{
    _required = true;
    return std::move(*this);
}

Option Option::reloadable() &&
{
    _reloadable = true;
    return std::move(*this);
}

Option Option::orWord(std::string word) &&
{
    _words.push_back(std::move(word));
    return std::move(*this);
}

Option Option::check(Check check) &&
{
    _check = std::move(check);
    return std::move(*this);
}

std::string Option::allowed() const
{
    const auto range = [](const std::string& from, const std::string& to) {
        return ' ' + from + ".." + to;
    };
    std::string text(toString(_type));
    if (_type == OptionType::boolean)
        text = "true or false";
    else if (_type == OptionType::choice)
        return "one of " + text::joined(_words);
    else if (_type == OptionType::integer)
        text += range(std::to_string(_minimum), std::to_string(_maximum));
    else if (_type == OptionType::duration)
        text += range(value::durationText(Duration(_minimum)), value::durationText(Duration(_maximum)));
    else if (_type == OptionType::size)
        text += range(value::sizeText(_minimum), value::sizeText(_maximum));
    for (const std::string& word : _words)
        text += " or " + word;
    return text;
}

Result<void> Option::accepts(std::string_view raw) const
{
    if (_type != OptionType::choice && std::ranges::find(_words, raw) != _words.end())
        return {};
    if (auto typed = hasType(*this, raw); !typed)
        return typed;
    if (!_check)
        return {};
    if (_type == OptionType::list || _type == OptionType::cidrs)
        return forEachPart(raw, _check);
    return _check(raw);
}

ConfigSchema::ConfigSchema(std::initializer_list<Option> options) : ConfigSchema(std::vector<Option>(options))
{
}

ConfigSchema::ConfigSchema(std::vector<Option> options) : _options(std::move(options))
{
    for (std::size_t i = 0; i < _options.size(); ++i) {
        const Option& option = _options[i];
        const auto wrong = [&](const std::string& what) {
            throw std::logic_error("option " + option.key() + ": " + what);
        };
        if (option.key().empty() || option.key().find_first_not_of(keyCharacters) != std::string::npos)
            wrong("a key is lower-case letters, digits, '-' and '.'");
        if (find(option.key()) != &option)
            wrong("declared twice or lies within a table");
        if (!option.defaultValue())
            continue;
        if (option.type() == OptionType::table || option.isRequired())
            wrong("it cannot have a default");
        if (const auto accepted = option.accepts(*option.defaultValue()); !accepted)
            wrong("its default does not pass: " + accepted.error().message);
    }
}

const Option* ConfigSchema::find(std::string_view key) const noexcept
{
    for (const Option& option : _options) {
        if (option.type() != OptionType::table) {
            if (option.key() == key)
                return &option;
            continue;
        }
        if (key == option.key() || (key.starts_with(option.key()) && key.size() > option.key().size() + 1 &&
                                    key[option.key().size()] == '.'))
            return &option;
    }
    return nullptr;
}

} // namespace waymark::plugin
