#include "CommandLine.h"

#include <waymark/plugin/Plugin.h>

#include <exception>
#include <iostream>

namespace
{

using waymark::plugin::ExitCode;

int usage(const std::string& message)
{
    std::cerr << "waymark: " << message << "; waymark help shows more\n";
    return static_cast<int>(ExitCode::usage);
}

/// Options of waymark itself stand before the first word; what follows belongs to the command.
int run(std::vector<std::string> words)
{
    std::vector<std::filesystem::path> pluginPath;
    while (!words.empty() && words.front().starts_with('-')) {
        const std::string option = words.front();
        words.erase(words.begin());
        if (option == "--version" || option == "-V") {
            std::cout << "waymark " WAYMARK_VERSION "\n";
            return static_cast<int>(ExitCode::ok);
        }
        if (option == "--help" || option == "-h") {
            words.assign(1, "help");
        } else if (option.starts_with("--plugin-path=")) {
            pluginPath.emplace_back(option.substr(option.find('=') + 1));
        } else if (option == "--plugin-path") {
            if (words.empty())
                return usage("--plugin-path needs a folder");
            pluginPath.emplace_back(words.front());
            words.erase(words.begin());
        } else {
            return usage("there is no option " + option);
        }
    }
    return waymark::app::CommandLine(pluginPath).run(words);
}

} // namespace

int main(int argc, char** argv)
{
    try {
        return run({argv + 1, argv + argc});
    } catch (const std::exception& error) {
        std::cerr << "waymark: " << error.what() << '\n';
        return static_cast<int>(ExitCode::internal);
    }
}
