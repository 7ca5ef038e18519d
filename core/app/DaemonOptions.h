#pragma once

#include <waymark/base/Result.h>

#include <Poco/Util/OptionSet.h>

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

    /// Adds the options that the command line may have.
    static void define(Poco::Util::OptionSet& options);

    /// Takes one of them over; invalidArgument with one line for people.
    Result<void> take(const std::string& name, const std::string& value);

    /// Whether they make sense together; `unprocessed` is what was no option.
    Result<void> check(const std::vector<std::string>& unprocessed) const;

    static void printHelp(const Poco::Util::OptionSet& options, std::ostream& out);
};

} // namespace waymark::app
