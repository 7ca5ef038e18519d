#pragma once

#include <waymark/base/Result.h>

#include <filesystem>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace waymark::app
{

/// What waymarkd's command line says.
struct DaemonOptions
{
    enum class Print
    {
        effective,
        defaults,
        markdown,
        jsonSchema
    };

    std::filesystem::path config;
    std::vector<std::pair<std::string, std::string>> overrides;
    std::vector<std::filesystem::path> pluginPath;
    bool checkConfig = false;
    std::optional<Print> print;
    /// What is printed is about all plugins, whatever a configuration says.
    bool printsReference() const noexcept { return print == Print::markdown || print == Print::jsonSchema; }

    bool version = false;
    bool help = false;

    /// invalidArgument with one line for people.
    static Result<DaemonOptions> parse(const std::vector<std::string>& arguments);

    static void printHelp(std::ostream& out);
};

} // namespace waymark::app
