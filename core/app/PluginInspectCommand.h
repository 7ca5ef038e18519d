#pragma once

#include "Catalogue.h"

#include <waymark/plugin/CommandLine.h>

namespace waymark::app
{

/// waymark plugin inspect PLUGIN: what one says of itself. Reads its manifest, and runs none of its code
/// unless it is asked to.
class PluginInspectCommand final : public plugin::Command
{
public:
    explicit PluginInspectCommand(const Catalogue& catalogue) noexcept : _catalogue(catalogue) {}

    const plugin::CommandLine& line() const override;
    int run(const plugin::CommandContext& context) override;

private:
    const Catalogue& _catalogue;
};

} // namespace waymark::app
