#pragma once

#include <waymark/contract/PluginRun.h>
#include <waymark/contract/RegistryUnderTest.h>
#include <waymark/testkit/TemporaryFolder.h>

#include <functional>
#include <memory>

namespace waymark::contract
{

/// The registry of a plugin, run through the plugin's own life cycle on a state folder of its own.
class PluginRegistry final : public RegistryUnderTest
{
public:
    using MakePlugin = std::function<std::unique_ptr<plugin::Plugin>()>;

    explicit PluginRegistry(MakePlugin makePlugin, PluginRun::Values values = {});

    registry::PeerRegistry& registry() override;
    void stop() override;
    void reopen() override;

    PluginRun& run() noexcept { return *_run; }
    const std::filesystem::path& stateDirectory() const noexcept { return _folder.path(); }

private:
    testkit::TemporaryFolder _folder;
    MakePlugin _makePlugin;
    PluginRun::Values _values;
    std::unique_ptr<PluginRun> _run;
};

} // namespace waymark::contract
