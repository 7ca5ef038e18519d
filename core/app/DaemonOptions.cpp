#include "DaemonOptions.h"

#include <Poco/Util/HelpFormatter.h>
#include <Poco/Util/Option.h>
#include <Poco/Util/OptionException.h>
#include <Poco/Util/OptionProcessor.h>
#include <Poco/Util/OptionSet.h>

#include <map>

namespace waymark::app
{

namespace
{

using Poco::Util::Option;

const Poco::Util::OptionSet& optionSet()
{
    static const Poco::Util::OptionSet options = [] {
        Poco::Util::OptionSet set;
        set.addOption(Option("config", "c",
                             "the configuration, a .properties file; conf.d/*.properties beside it "
                             "are read too")
                          .argument("FILE"));
        set.addOption(
            Option("set", "s", "set one key over what the files say").argument("KEY=VALUE").repeatable(true));
        set.addOption(Option("plugin-path", "P", "a folder to look for plugins in, before all others")
                          .argument("DIR")
                          .repeatable(true));
        set.addOption(Option("check-config", "", "check the configuration and the plugins, start nothing"));
        set.addOption(Option("print-config", "",
                             "print the values in force; =default: every key with its help, a "
                             "configuration to start from, also without --config; "
                             "=markdown, =json-schema: the reference of every installed plugin")
                          .argument("WHAT", false));
        set.addOption(Option("version", "V", "print version, plugin ABI and build tag"));
        set.addOption(Option("help", "h", "print this"));
        return set;
    }();
    return options;
}

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

Result<void> take(DaemonOptions& options, const std::string& name, const std::string& value)
{
    if (name == "config") {
        options.config = value;
    } else if (name == "set") {
        const std::size_t equals = value.find('=');
        if (equals == 0 || equals == std::string::npos)
            return failure(ErrorCode::invalidArgument, "--set " + value + ": write --set KEY=VALUE");
        options.overrides.emplace_back(value.substr(0, equals), value.substr(equals + 1));
    } else if (name == "plugin-path") {
        options.pluginPath.emplace_back(value);
    } else if (name == "check-config") {
        options.checkConfig = true;
    } else if (name == "print-config") {
        const auto print = parsePrint(value);
        if (!print)
            return failure(print.error());
        options.print = *print;
    } else if (name == "version") {
        options.version = true;
    } else if (name == "help") {
        options.help = true;
    }
    return {};
}

} // namespace

Result<DaemonOptions> DaemonOptions::parse(const std::vector<std::string>& arguments)
{
    DaemonOptions options;
    Poco::Util::OptionProcessor processor(optionSet());
    processor.setUnixStyle(true);
    try {
        for (const std::string& argument : arguments) {
            std::string name;
            std::string value;
            if (!processor.process(argument, name, value))
                return failure(ErrorCode::invalidArgument, "'" + argument + "' is no option");
            if (auto taken = take(options, name, value); !taken)
                return failure(taken.error());
        }
        processor.checkRequired();
    } catch (const Poco::Util::OptionException& error) {
        return failure(ErrorCode::invalidArgument, error.displayText());
    }
    if (options.config.empty() && !options.help && !options.version && !options.printsReference() &&
        options.print != Print::defaults)
        return failure(ErrorCode::invalidArgument, "--config FILE is missing");
    return options;
}

void DaemonOptions::printHelp(std::ostream& out)
{
    Poco::Util::HelpFormatter formatter(optionSet());
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
