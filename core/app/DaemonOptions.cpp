#include "DaemonOptions.h"

#include <Poco/Util/HelpFormatter.h>
#include <Poco/Util/Option.h>

#include <map>

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
    options.addOption(Option("help", "h", "print this"));
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
    Poco::Util::HelpFormatter formatter(options);
    formatter.setCommand("waymarkd");
    formatter.setUsage("--config FILE [OPTION]...");
    formatter.setHeader("Loads the plugins named in FILE and runs them until TERM or INT; HUP reloads FILE.");
    formatter.setFooter(
        "Exit codes: 0 stopped as asked, 64 usage, 65 corrupt data, 69 address in use, 70 internal or "
        "a stop that hung, 75 state directory or database of another daemon, 77 key file or state directory, "
        "78 configuration or a refused plugin.");
    formatter.setUnixStyle(true);
    formatter.setAutoIndent();
    formatter.format(out);
}

} // namespace waymark::app
