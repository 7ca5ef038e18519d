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

/// Of the command line that is to be completed, behind "complete --": its own, unless they are the word at
/// the cursor.
void takePluginPath(std::vector<std::string>& words, std::vector<std::filesystem::path>& pluginPath)
{
    const auto first = words.begin() + (words.size() > 1 && words[1] == "--" ? 2 : 1);
    auto end = first;
    while (words.end() - end > 1 && end->starts_with("--plugin-path")) {
        const std::size_t equals = end->find('=');
        const bool isApart = equals == std::string::npos;
        if (isApart && words.end() - end < 3)
            break; // the folder is what is asked for
        pluginPath.emplace_back(isApart ? end[1] : end->substr(equals + 1));
        end += isApart ? 2 : 1;
    }
    words.erase(first, end);
}

/// Options of waymark itself stand before the first word; what follows belongs to the command.
int run(const waymark::app::StandardOutput& output, std::vector<std::string> words)
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
    if (!words.empty() && words.front() == "complete")
        takePluginPath(words, pluginPath);
    return waymark::app::CommandLine(pluginPath, output).run(words);
}

} // namespace

int main(int argc, char** argv)
{
    const waymark::app::StandardOutput output;
    try {
        return waymark::app::written(output, run(output, {argv + 1, argv + argc}));
    } catch (const std::exception& error) {
        std::cerr << "waymark: " << error.what() << '\n';
        return static_cast<int>(ExitCode::internal);
    }
}
