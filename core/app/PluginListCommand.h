#pragma once

#include "Catalogue.h"

#include <waymark/plugin/CommandLine.h>

namespace waymark::app
{

/// waymark plugin list: what is installed. Reads manifests and runs no plugin's code.
class PluginListCommand final : public plugin::Command
{
public:
    explicit PluginListCommand(const Catalogue& catalogue) noexcept : _catalogue(catalogue) {}

    const plugin::CommandLine& line() const override;
    int run(const plugin::CommandContext& context) override;

private:
    const Catalogue& _catalogue;
};

} // namespace waymark::app
