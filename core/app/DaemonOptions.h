#pragma once

#include "host/PluginHost.h"

#include <waymark/base/Result.h>
#include <waymark/node/Key.h>

#include <Poco/Util/OptionSet.h>

#include <filesystem>
#include <functional>
#include <memory>
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

    // What a program says that runs the daemon as a part of it; no command line does.
    std::string program = "waymarkd";               ///< its messages begin with it
    std::shared_ptr<const node::SecretKey> nodeKey; ///< as in host::HostOptions
    bool keepsState = true;                         ///< as in host::HostOptions
    /// Called when everything serves, instead of printing the banner.
    std::function<void(const host::PluginHost&)> onReady;

    /// Adds the options that the command line may have.
    static void define(Poco::Util::OptionSet& options);

    /// Takes one of them over; invalidArgument with one line for people.
    Result<void> take(const std::string& name, const std::string& value);

    /// Whether they make sense together; `unprocessed` is what was no option.
    Result<void> check(const std::vector<std::string>& unprocessed) const;

    static void printHelp(const Poco::Util::OptionSet& options, std::ostream& out);
};

} // namespace waymark::app
