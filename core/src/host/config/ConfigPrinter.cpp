#include "host/config/ConfigPrinter.h"

#include "base/Text.h"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>

#include <algorithm>
#include <ostream>
#include <string>

namespace waymark::host
{

namespace
{

using plugin::Option;
using plugin::OptionType;

std::string shown(const Option& option, const std::string& raw)
{
    return option.type() == OptionType::secret ? "***" : raw;
}

std::string defaultText(const Option& option)
{
    if (option.isRequired())
        return "required";
    return option.defaultValue() ? shown(option, *option.defaultValue()) : "none";
}

/// A folder or library of a list as it reads in any file: relative ones follow the file that names them.
std::string located(const Setting& setting, const std::string& path)
{
    return (setting.origin.base / path).lexically_normal().string();
}

/// The value in force, so that it means the same in another file.
std::optional<std::string> portable(const Configuration& configuration, const ConfigSection& section,
                                    const Option& option)
{
    const std::string key = section.prefix + '.' + option.key();
    const Setting* const given = configuration.given(key);
    const bool namesPlugins = key == "waymark.plugins";
    if (given == nullptr || (!namesPlugins && key != "waymark.plugin-path"))
        return configuration.effective(section, option);
    std::vector<std::string> parts = text::splitList(given->raw);
    for (std::string& part : parts) {
        const std::size_t library = namesPlugins ? part.find(':') + 1 : 0;
        if (!namesPlugins || part.find('/', library) != std::string::npos)
            part.replace(library, std::string::npos, located(*given, part.substr(library)));
    }
    return text::joined(parts);
}

void printTable(const Configuration& configuration, const std::string& key, std::ostream& out)
{
    for (const auto& [name, setting] : configuration.settings())
        if (name.starts_with(key + '.'))
            out << "# " << setting.origin.toString() << '\n' << name << " = " << setting.raw << '\n';
}

void printEffectiveOption(const Configuration& configuration, const ConfigSection& section,
                          const Option& option, std::ostream& out)
{
    const std::string key = section.prefix + '.' + option.key();
    if (option.type() == OptionType::table)
        return printTable(configuration, key, out);
    const auto given = configuration.settings().find(key);
    const auto value = portable(configuration, section, option);
    if (!value) {
        out << "# not set\n#" << key << " =\n";
        return;
    }
    out << "# " << (given == configuration.settings().end() ? "default" : given->second.origin.toString())
        << '\n'
        << key << " = " << shown(option, *value) << '\n';
}

/// A cell of a Markdown table.
std::string cell(std::string text)
{
    for (std::size_t i = text.find('|'); i != std::string::npos; i = text.find('|', i + 2))
        text.insert(i, 1, '\\');
    return text;
}

Poco::JSON::Object::Ptr objectOf(const Option& option)
{
    Poco::JSON::Object::Ptr object(new Poco::JSON::Object(Poco::JSON_PRESERVE_KEY_ORDER));
    object->set("description", option.helpLine());
    if (option.type() == OptionType::boolean) {
        object->set("type", "boolean");
    } else if (option.type() == OptionType::integer && option.words().empty()) {
        object->set("type", "integer");
        object->set("minimum", option.minimum());
        object->set("maximum", option.maximum());
    } else {
        object->set("type", "string");
    }
    if (option.type() == OptionType::choice) {
        Poco::JSON::Array::Ptr words(new Poco::JSON::Array);
        for (const std::string& word : option.words())
            words->add(word);
        object->set("enum", words);
    }
    if (option.defaultValue() && option.type() != OptionType::secret) {
        if (option.type() == OptionType::boolean)
            object->set("default", *option.defaultValue() == "true");
        else if (option.type() == OptionType::integer && option.words().empty())
            object->set("default", std::stoll(*option.defaultValue()));
        else
            object->set("default", *option.defaultValue());
    }
    object->set("x-allowed", option.allowed());
    object->set("x-reloadable", option.isReloadable());
    return object;
}

/// A key as a regular expression that matches the entries below it.
std::string tablePattern(const std::string& key)
{
    std::string pattern = "^";
    for (const char c : key)
        pattern += c == '.' ? "\\." : std::string(1, c);
    return pattern + "\\..+$";
}

} // namespace

void printEffective(const Configuration& configuration, std::ostream& out)
{
    for (const ConfigSection& section : configuration.sections()) {
        out << "\n# --- " << section.title << " ---\n";
        for (const Option& option : section.schema.options())
            printEffectiveOption(configuration, section, option, out);
    }
}

void printDefaults(const Configuration& configuration, std::ostream& out)
{
    for (const ConfigSection& section : configuration.sections()) {
        out << "\n# --- " << section.title << " ---\n";
        for (const Option& option : section.schema.options()) {
            const std::string key = section.prefix + '.' + option.key();
            out << "\n# " << option.helpLine() << "\n# " << option.allowed();
            if (option.isRequired())
                out << "; required";
            if (option.isReloadable())
                out << "; reloadable";
            // Without these the file would not be one.
            const bool isNeeded = option.isRequired() || key == "waymark.plugin-path";
            if (isNeeded && configuration.given(key) != nullptr) {
                out << '\n'
                    << key << " = " << shown(option, *portable(configuration, section, option)) << '\n';
                continue;
            }
            const bool table = option.type() == OptionType::table;
            out << "\n#" << key << (table ? ".NAME =" : " =");
            if (const auto value = configuration.byDefault(option); value && !value->empty())
                out << ' ' << shown(option, *value);
            out << '\n';
        }
    }
}

void printMarkdown(const Configuration& configuration, std::ostream& out)
{
    out << "# Configuration reference\n\n"
           "Made by `waymarkd --print-config=markdown`; do not edit. How files are read, and what `${}` and\n"
           "`conf.d/` do, is in [operations.md](operations.md). A plugin's keys have its name in\n"
           "`waymark.plugins` as their prefix, by default that of its library.\n";
    for (const ConfigSection& section : configuration.sections()) {
        out << "\n## " << section.title << "\n\n";
        if (section.schema.options().empty()) {
            out << "No keys.\n";
            continue;
        }
        out << "| key | value | default | reload | meaning |\n|---|---|---|---|---|\n";
        for (const Option& option : section.schema.options()) {
            const bool table = option.type() == OptionType::table;
            const bool word = option.defaultValue() && !option.defaultValue()->empty();
            out << "| `" << section.prefix << '.' << option.key() << (table ? ".NAME" : "") << "` | "
                << cell(option.allowed()) << " | "
                << (word ? '`' + cell(defaultText(option)) + '`' : defaultText(option)) << " | "
                << (option.isReloadable() ? "yes" : "no") << " | " << cell(option.helpLine()) << " |\n";
        }
    }
}

void printJsonSchema(const Configuration& configuration, std::ostream& out)
{
    Poco::JSON::Object root(Poco::JSON_PRESERVE_KEY_ORDER);
    Poco::JSON::Object::Ptr properties(new Poco::JSON::Object(Poco::JSON_PRESERVE_KEY_ORDER));
    Poco::JSON::Object::Ptr patterns(new Poco::JSON::Object(Poco::JSON_PRESERVE_KEY_ORDER));
    Poco::JSON::Array::Ptr required(new Poco::JSON::Array);
    for (const ConfigSection& section : configuration.sections()) {
        for (const Option& option : section.schema.options()) {
            const std::string key = section.prefix + '.' + option.key();
            if (option.type() == OptionType::table)
                patterns->set(tablePattern(key), objectOf(option));
            else
                properties->set(key, objectOf(option));
            if (option.isRequired())
                required->add(key);
        }
    }
    root.set("$schema", "https://json-schema.org/draft/2020-12/schema");
    root.set("title", "Waymark configuration");
    root.set("type", "object");
    root.set("properties", properties);
    root.set("patternProperties", patterns);
    root.set("required", required);
    root.set("additionalProperties", false);
    root.stringify(out, 2);
    out << '\n';
}

} // namespace waymark::host
