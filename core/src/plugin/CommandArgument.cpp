#include "base/Secret.h"
#include "base/Text.h"
#include "plugin/ConfigValue.h"

#include <waymark/plugin/CommandArgument.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <utility>

namespace waymark::plugin
{

namespace
{

/// As a word of its own: "list" is none of "a listing".
bool hasWord(std::string_view text, std::string_view word)
{
    constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
    const auto isLetter = [&](std::size_t at) {
        return at < text.size() && letters.find(text[at]) != std::string_view::npos;
    };
    for (std::size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1))
        if ((at == 0 || !isLetter(at - 1)) && !isLetter(at + word.size()))
            return true;
    return false;
}

bool isWithin(const std::string& text, std::uint64_t least, std::uint64_t most)
{
    std::uint64_t value = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, value);
    return error == std::errc() && rest == end && value >= least && value <= most;
}

} // namespace

CommandArgument CommandArgument::flag(std::string name)
{
    return {Kind::flag, std::move(name)};
}

CommandArgument CommandArgument::option(std::string name, std::string value)
{
    CommandArgument made(Kind::option, std::move(name));
    made._needs = "a value";
    made._value = std::move(value);
    return made;
}

CommandArgument CommandArgument::operand(std::string name)
{
    CommandArgument made(Kind::operand, std::move(name));
    made._required = true;
    return made;
}

CommandArgument CommandArgument::help(std::string text) &&
{
    _help = std::move(text);
    return std::move(*this);
}

CommandArgument CommandArgument::needs(std::string what) &&
{
    _needs = std::move(what);
    return std::move(*this);
}

CommandArgument CommandArgument::integer(std::uint64_t least, std::uint64_t most) &&
{
    const std::string range = "from " + std::to_string(least) + " to " + std::to_string(most);
    if (_needs.empty() || _needs == "a value")
        _needs = "a number";
    _needs += ' ' + range;
    _check = [least, most](const std::string& value) -> Result<void> {
        if (isWithin(value, least, most))
            return {};
        return failure(ErrorCode::invalidArgument, "");
    };
    return std::move(*this);
}

CommandArgument CommandArgument::duration() &&
{
    _needs = "a duration as 500ms, 30s, 5m, 12h or 2d";
    _check = [](const std::string& value) -> Result<void> {
        if (value::parseDuration(value))
            return {};
        return failure(ErrorCode::invalidArgument, "");
    };
    return std::move(*this);
}

CommandArgument CommandArgument::oneOf(std::vector<std::string> choices) &&
{
    _choices = std::move(choices);
    _needs = "one of " + text::joined(_choices);
    _check = [known = _choices](const std::string& value) -> Result<void> {
        if (std::ranges::find(known, value) != known.end())
            return {};
        return failure(ErrorCode::invalidArgument, "");
    };
    return std::move(*this);
}

CommandArgument CommandArgument::offers(std::function<std::vector<std::string>()> values) &&
{
    _offers = std::move(values);
    return std::move(*this);
}

CommandArgument CommandArgument::file() &&
{
    _isFile = true;
    return std::move(*this);
}

std::vector<std::string> CommandArgument::candidates() const
{
    std::vector<std::string> all = _choices;
    if (_offers)
        std::ranges::copy(_offers(), std::back_inserter(all));
    return all;
}

bool CommandArgument::isFile() const noexcept
{
    const std::string& shown = _kind == Kind::option ? _value : _name;
    return _isFile || shown.find("FILE") != std::string::npos || shown.find("DIR") != std::string::npos;
}

CommandArgument CommandArgument::check(Check check) &&
{
    _check = std::move(check);
    return std::move(*this);
}

CommandArgument CommandArgument::defaultsTo(std::string value) &&
{
    _default = std::move(value);
    return std::move(*this);
}

CommandArgument CommandArgument::required() &&
{
    _required = true;
    return std::move(*this);
}

CommandArgument CommandArgument::optional() &&
{
    _required = false;
    return std::move(*this);
}

CommandArgument CommandArgument::repeatable() &&
{
    _repeatable = true;
    return std::move(*this);
}

std::string CommandArgument::described() const
{
    std::string text = _help;
    const auto isNamed = [this](const std::string& choice) {
        return hasWord(_help, choice);
    };
    if (!std::ranges::all_of(_choices, isNamed))
        text += "; one of " + text::joined(_choices);
    return _default.empty() ? text : text + " (" + _default + ')';
}

std::string CommandArgument::written() const
{
    return isNamed() ? "--" + _name : _name;
}

std::string CommandArgument::shown() const
{
    return _kind == Kind::option ? written() + ' ' + _value : written();
}

std::string CommandArgument::inUsage() const
{
    const std::string text = isRequired() ? shown() : '[' + shown() + ']';
    return isRepeatable() ? text + "..." : text;
}

Error CommandArgument::lacking(std::string_view value) const
{
    std::string message = written();
    if (_kind == Kind::option)
        message += " needs " + _needs;
    else
        message += " is missing" + (_needs.empty() ? "" : ": " + _needs);
    if (!value.empty())
        message += ", not " + text::quoted(value);
    return {ErrorCode::invalidArgument, std::move(message)};
}

Result<void> CommandArgument::accept(const std::string& value) const
{
    if (!_check)
        return {};
    const auto checked = _check(value);
    if (checked)
        return {};
    if (checked.error().message.empty())
        return failure(_kind == Kind::option
                           ? lacking(value)
                           : Error(ErrorCode::invalidArgument,
                                   written() + " is " + _needs + ", not " + text::quoted(value)));
    return failure(checked.error().in(written()));
}

} // namespace waymark::plugin
