#include "DaemonOptions.h"

#include "base/Columns.h"

#include <Poco/Util/Option.h>

#include <map>
#include <ostream>

namespace waymark::app
{

namespace
{

using Poco::Util::Option;

Result<DaemonOptions::Print> parsePrint(const std::string& word)
{
    static const std::map<std::string, DaemonOptions::Print> words{
        {"", DaemonOptions::Print::effective},
        {"default", DaemonOptions::Print::defaults},
        {"markdown", DaemonOptions::Print::markdown},
        {"json-schema", DaemonOptions::Print::jsonSchema}};
    const auto found = words.find(word);
    if (found == words.end())
        return failure(ErrorCode::invalidArgument,
                       "--print-config=" + word +
                           ": only default, markdown and json-schema can be asked for");
    return found->second;
}

} // namespace

void DaemonOptions::define(Poco::Util::OptionSet& options)
{
    options.addOption(Option("config", "c",
                             "the configuration, a .properties file; conf.d/*.properties beside it "
                             "are read too")
                          .argument("FILE"));
    options.addOption(
        Option("set", "s", "set one key over what the files say").argument("KEY=VALUE").repeatable(true));
    options.addOption(Option("plugin-path", "P", "a folder to look for plugins in, before all others")
                          .argument("DIR")
                          .repeatable(true));
    options.addOption(Option("check-config", "", "check the configuration and the plugins, start nothing"));
    options.addOption(Option("print-config", "",
                             "print the values in force; =default: every key with its help, a "
                             "configuration to start from, also without --config; "
                             "=markdown, =json-schema: the reference of every installed plugin")
                          .argument("WHAT", false));
    options.addOption(Option("version", "V", "print version, plugin ABI and build tag"));
    options.addOption(Option("help", "h", "show this help"));
}

Result<void> DaemonOptions::take(const std::string& name, const std::string& value)
{
    if (name == "config") {
        config = value;
    } else if (name == "set") {
        const std::size_t equals = value.find('=');
        if (equals == 0 || equals == std::string::npos)
            return failure(ErrorCode::invalidArgument, "--set " + value + ": write --set KEY=VALUE");
        overrides.emplace_back(value.substr(0, equals), value.substr(equals + 1));
    } else if (name == "plugin-path") {
        pluginPath.emplace_back(value);
    } else if (name == "check-config") {
        checkConfig = true;
    } else if (name == "print-config") {
        const auto asked = parsePrint(value);
        if (!asked)
            return failure(asked.error());
        print = *asked;
    } else if (name == "version") {
        version = true;
    } else if (name == "help") {
        help = true;
    }
    return {};
}

Result<void> DaemonOptions::check(const std::vector<std::string>& unprocessed) const
{
    if (!unprocessed.empty())
        return failure(ErrorCode::invalidArgument, "'" + unprocessed.front() + "' is no option");
    if (config.empty() && !help && !version && !printsReference() && print != Print::defaults)
        return failure(ErrorCode::invalidArgument, "--config FILE is missing");
    return {};
}

void DaemonOptions::printHelp(const Poco::Util::OptionSet& options, std::ostream& out)
{
    constexpr std::size_t width = 80;
    std::vector<std::vector<std::string>> rows;
    for (const Option& option : options) {
        std::string written = option.shortName().empty() ? "  " : "  -" + option.shortName() + ", ";
        written += "--" + option.fullName();
        if (option.takesArgument())
            written +=
                option.argumentRequired() ? ' ' + option.argumentName() : "[=" + option.argumentName() + ']';
        rows.push_back({written, option.description()});
    }
    const std::vector<std::vector<std::string>> codes{
        {"  0", "stopped as asked"},
        {"  64", "the arguments are wrong"},
        {"  65", "stored data is corrupt"},
        {"  69", "an address is in use"},
        {"  70", "an internal error, or a stop that hung"},
        {"  75", "the state directory or the database is another daemon's"},
        {"  77", "the key file or the state directory cannot be used"},
        {"  78", "the configuration is wrong, or a plugin was refused"}};
    out << "usage: waymarkd --config FILE [OPTION]...\n\n"
        << text::wrapped("Loads the plugins named in FILE and runs them until TERM or INT; HUP reloads FILE.",
                         0, width)
        << "\n\n"
        << text::aligned(rows, width) << "\nexample:\n  waymarkd --config /etc/waymark/waymark.properties\n"
        << "\nexit codes:\n"
        << text::aligned(codes, width);
}

} // namespace waymark::app
