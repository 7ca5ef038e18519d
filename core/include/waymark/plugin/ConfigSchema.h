#pragma once

#include <waymark/base/Result.h>

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::plugin
{

enum class OptionType : std::uint8_t
{
    boolean,  ///< true or false
    integer,  ///< decimal, signed 64 bits, within a range
    duration, ///< "500ms", "30s", "5m", "12h", "2d" or a bare number of seconds; within a range
    size,     ///< bytes: a number with an optional k, M or G (powers of 1024); within a range
    text,     ///< anything that passes the option's check
    choice,   ///< one of the words listed
    path,     ///< a file or folder; relative ones follow the file that names them
    secret,   ///< text that is never shown
    endpoint, ///< "127.0.0.1:8080", "[::1]:8080"; port 0 picks one
    cidrs,    ///< comma-separated networks, "10.0.0.0/8, ::1/128"
    list,     ///< comma-separated texts, each passing the option's check
    table     ///< every key below it: node.enr.<name> = text
};

std::string_view toString(OptionType type) noexcept;

/// One configuration key of a plugin, declared once: parsing, checks, help, the shipped sample and the
/// reference in docs/ all come from it. Made by the static functions, refined by chaining.
class Option
{
public:
    using Check = std::function<Result<void>(std::string_view)>;

    static Option boolean(std::string key);
    static Option integer(std::string key, std::int64_t minimum, std::int64_t maximum);
    /// The bounds are duration texts.
    static Option duration(std::string key, std::string_view minimum, std::string_view maximum);
    /// The bounds are size texts.
    static Option size(std::string key, std::string_view minimum, std::string_view maximum);
    static Option text(std::string key);
    static Option choice(std::string key, std::vector<std::string> words);
    static Option path(std::string key);
    static Option secret(std::string key);
    static Option endpoint(std::string key);
    static Option cidrs(std::string key);
    static Option list(std::string key);
    static Option table(std::string key);

    /// One line that says what the key is for.
    Option help(std::string line) &&;
    /// The value when the key is absent; it must itself pass. Without one the key is optional.
    Option defaultsTo(std::string value) &&;
    /// There is no default and the key must be given.
    Option required() &&;
    /// A change is taken over on reload; otherwise a reload that changes the key is refused.
    Option reloadable() &&;
    /// A word that is allowed besides the type's own values, e.g. "ephemeral" for a path.
    Option orWord(std::string word) &&;
    /// A further check of the raw text, or of each part of a list. It is pure and names no key.
    Option check(Check check) &&;

    const std::string& key() const noexcept { return _key; }
    OptionType type() const noexcept { return _type; }
    const std::string& helpLine() const noexcept { return _help; }
    const std::optional<std::string>& defaultValue() const noexcept { return _default; }
    bool isRequired() const noexcept { return _required; }
    bool isReloadable() const noexcept { return _reloadable; }
    const std::vector<std::string>& words() const noexcept { return _words; }
    std::int64_t minimum() const noexcept { return _minimum; }
    std::int64_t maximum() const noexcept { return _maximum; }

    /// What may stand there, for messages and the reference: "integer 0..65535", "duration 1s..1d".
    std::string allowed() const;
    /// Whether a raw text is a value of this option; the message does not repeat secrets.
    Result<void> accepts(std::string_view raw) const;

private:
    Option(OptionType type, std::string key) : _type(type), _key(std::move(key)) {}

    OptionType _type;
    std::string _key;
    std::string _help;
    std::optional<std::string> _default;
    bool _required = false;
    bool _reloadable = false;
    std::vector<std::string> _words;
    std::int64_t _minimum = 0;
    std::int64_t _maximum = 0; ///< nanoseconds for durations, bytes for sizes
    Check _check;
};

/// The keys of one plugin, without its prefix. Declaring a key twice or with a default that does not pass is
/// a defect: std::logic_error.
class ConfigSchema
{
public:
    ConfigSchema() = default;
    ConfigSchema(std::initializer_list<Option> options);
    explicit ConfigSchema(std::vector<Option> options);

    const std::vector<Option>& options() const noexcept { return _options; }
    /// The option that governs a key (for a table, any key below it), or nullptr.
    const Option* find(std::string_view key) const noexcept;

private:
    std::vector<Option> _options;
};

} // namespace waymark::plugin
