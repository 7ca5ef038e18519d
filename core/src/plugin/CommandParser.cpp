#include "plugin/CommandParser.h"

#include "base/Secret.h"
#include "base/Text.h"

#include <algorithm>
#include <utility>

namespace waymark::plugin
{

using Kind = CommandArgument::Kind;

Result<CommandValues> CommandParser::run()
{
    bool options = true;
    while (_next < _words.size()) {
        const std::string& word = _words[_next++];
        if (options && word == "--") {
            options = false;
            continue;
        }
        const bool isNamed = options && word.size() > 1 && word.starts_with('-');
        if (auto taken = isNamed ? takeNamed(word) : takePlaced(word); !taken)
            return failure(std::move(taken.error()));
    }
    if (auto whole = complete(); !whole)
        return failure(std::move(whole.error()));
    return std::move(_values);
}

Result<void> CommandParser::takeNamed(const std::string& word)
{
    const std::size_t equals = word.find('=');
    const std::string name = word.substr(0, equals);
    const CommandArgument* const argument = named(name);
    if (argument == nullptr) {
        std::vector<std::string> known{"--help"};
        for (const CommandArgument& other : _line.arguments())
            if (other.isNamed())
                known.push_back(other.written());
        return failure(unknown(name, known));
    }
    const auto attached = equals == std::string::npos ? std::nullopt : std::optional(word.substr(equals + 1));
    auto value = valueOf(*argument, attached);
    return value ? keep(*argument, *value) : failure(std::move(value.error()));
}

Result<std::string> CommandParser::valueOf(const CommandArgument& argument,
                                           const std::optional<std::string>& attached)
{
    if (argument.kind() == Kind::flag) {
        if (attached)
            return failure(ErrorCode::invalidArgument, argument.written() + " takes no value");
        return std::string();
    }
    if (attached)
        return *attached;
    // An option whose value was forgotten must not swallow the next one.
    if (_next == _words.size() || named(_words[_next].substr(0, _words[_next].find('='))) != nullptr)
        return failure(argument.lacking());
    return _words[_next++];
}

Result<void> CommandParser::takePlaced(const std::string& word)
{
    const auto& all = _line.arguments();
    while (_place < all.size() && all[_place].isNamed())
        ++_place;
    if (_place == all.size())
        return failure(ErrorCode::invalidArgument, "unexpected argument " + text::quoted(word));
    const CommandArgument& argument = all[_place];
    if (!argument.isRepeatable())
        ++_place;
    return keep(argument, word);
}

Result<void> CommandParser::keep(const CommandArgument& argument, const std::string& value)
{
    auto& values = _values._values[argument.name()];
    if (!values.empty() && !argument.isRepeatable())
        return failure(ErrorCode::invalidArgument, argument.written() + " stands there twice");
    values.push_back(value);
    return argument.accept(value);
}

Result<void> CommandParser::complete()
{
    for (const CommandArgument& argument : _line.arguments()) {
        if (_values.has(argument.name()))
            continue;
        if (argument.isRequired())
            return failure(argument.kind() == Kind::option
                               ? Error(ErrorCode::invalidArgument,
                                       argument.shown() + " is missing: " + argument.helpText())
                               : argument.lacking());
        if (!argument.defaultText().empty())
            _values._values[argument.name()].push_back(argument.defaultText());
    }
    return {};
}

const CommandArgument* CommandParser::named(const std::string& name) const
{
    const auto& all = _line.arguments();
    const auto found = std::ranges::find_if(
        all, [&](const auto& other) { return other.isNamed() && other.written() == name; });
    return found == all.end() ? nullptr : &*found;
}

Error CommandParser::unknown(const std::string& word, const std::vector<std::string>& known) const
{
    // With one dash, as other programs have it, no name begins alike.
    const std::string near =
        text::nearest("--" + word.substr(std::min(word.find_first_not_of('-'), word.size())), known);
    return {ErrorCode::invalidArgument, text::quoted(word) + " is nothing that " + _line.command() +
                                            " knows" + (near.empty() ? "" : " (did you mean " + near + "?)")};
}

} // namespace waymark::plugin
