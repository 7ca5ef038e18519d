#pragma once

#include <waymark/base/Result.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::plugin
{

/// Something that a command may be given, declared once: parsing, errors and --help come from it. Made by the
/// static functions, refined by chaining.
class CommandArgument
{
public:
    enum class Kind : std::uint8_t
    {
        flag,   ///< --json
        option, ///< --count N, or --count=N
        operand ///< a word by its place: NODE
    };
    using Check = std::function<Result<void>(const std::string& value)>;

    /// `name` without its dashes.
    static CommandArgument flag(std::string name);
    /// `value` is what stands for its value in --help: "FILE".
    static CommandArgument option(std::string name, std::string value);
    /// `name` is what stands for it in --help, too. It is required unless optional() is called.
    static CommandArgument operand(std::string name);

    /// What it is for, one or two lines. An operand without any is left out of the list.
    CommandArgument help(std::string text) &&;
    /// What a value is, as errors say it behind "needs": "the name of a file".
    CommandArgument needs(std::string what) &&;
    /// A decimal number within the range.
    CommandArgument integer(std::uint64_t least, std::uint64_t most) &&;
    /// "500ms", "30s", "5m", "12h", "2d" or a bare number of seconds.
    CommandArgument duration() &&;
    /// One of these, which completion offers, and --help names where the help text does not.
    CommandArgument oneOf(std::vector<std::string> choices) &&;
    /// Values that completion offers besides; others may be given, too. It is called only then.
    CommandArgument offers(std::function<std::vector<std::string>()> values) &&;
    /// The name of a file, which completion offers, whatever stands for it in --help.
    CommandArgument file() &&;
    /// Anything else that a value has to pass.
    CommandArgument check(Check check) &&;
    /// Told in --help, and the value when there is none.
    CommandArgument defaultsTo(std::string value) &&;
    CommandArgument required() &&;
    CommandArgument optional() &&;
    CommandArgument repeatable() &&;

    Kind kind() const noexcept { return _kind; }
    const std::string& name() const noexcept { return _name; }
    const std::string& helpText() const noexcept { return _help; }
    /// What --help and manual pages say of it: the help text, and what it leaves out of the choices and the
    /// default.
    std::string described() const;
    /// What stands for an option's value: "FILE".
    const std::string& valueName() const noexcept { return _value; }
    const std::vector<std::string>& choices() const noexcept { return _choices; }
    /// What a shell may complete it to: choices(), and what offers() said.
    std::vector<std::string> candidates() const;
    bool isFile() const noexcept;
    const std::string& defaultText() const noexcept { return _default; }
    bool isRequired() const noexcept { return _required; }
    bool isRepeatable() const noexcept { return _repeatable; }
    bool isNamed() const noexcept { return _kind == Kind::flag || _kind == Kind::option; }

    /// As it is written: "--json", "--count", "NODE".
    std::string written() const;
    /// With its value: "--count N".
    std::string shown() const;
    /// As it stands behind "usage:": "[--count N]", "NODE...".
    std::string inUsage() const;
    /// "--count needs a number of pings", and the value that it got instead, if any.
    Error lacking(std::string_view value = {}) const;
    Result<void> accept(const std::string& value) const;

private:
    CommandArgument(Kind kind, std::string name) : _kind(kind), _name(std::move(name)) {}

    Kind _kind;
    std::string _name;
    std::string _value;
    std::string _help;
    std::string _needs;
    std::string _default;
    Check _check;
    std::vector<std::string> _choices;
    std::function<std::vector<std::string>()> _offers;
    bool _isFile = false;
    bool _required = false;
    bool _repeatable = false;
};

} // namespace waymark::plugin
