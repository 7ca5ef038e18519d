#pragma once

#include <waymark/host/HostSeams.h>
#include <waymark/node/Key.h>
#include <waymark/observe/LogRecord.h>

#include <Poco/AutoPtr.h>
#include <Poco/Channel.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace waymark::plugin
{
struct StaticPlugin;
}

namespace waymark::host
{

/// What an embedder decides about a host. Nothing in it is process-wide.
struct HostOptions
{
    std::filesystem::path configFile;                           ///< may be empty: overrides alone
    std::vector<std::pair<std::string, std::string>> overrides; ///< --set
    std::vector<std::filesystem::path> pluginPath;              ///< --plugin-path, before waymark.plugin-path
    std::vector<const plugin::StaticPlugin*> linkedPlugins;     ///< found by name before any file
    Poco::AutoPtr<Poco::Channel> logSink;                       ///< null: standard error
    observe::LogObserver logObserver;                           ///< sees every event from info up
    /// The identity, in the place of what node.key says; written nowhere. Null: node.key.
    std::shared_ptr<const node::SecretKey> nodeKey;
    /// False: no state directory is made, locked or written to; the record's seq and the known nodes end with
    /// the process. Plugins that are told to keep files there are not for such a host.
    bool keepsState = true;
    HostSeams* seams = nullptr; ///< null: the system as it is; outlives the host

    /// Called from a thread of its own when stop() is late by a second; the argument names the plugin that
    /// hangs. Empty: log it and end the process with exit code 70.
    std::function<void(const std::string&)> onHungStop;
};

} // namespace waymark::host
