#pragma once

#include "Catalogue.h"

#include <waymark/plugin/CommandLine.h>

#include <filesystem>
#include <functional>
#include <optional>

namespace waymark::app
{

/// waymark plugin new NAME: writes a plugin that builds, passes its tests and can be packaged, from the
/// template that the SDK brings.
class PluginNewCommand final : public plugin::Command
{
public:
    using TemplateFolder = std::function<std::optional<std::filesystem::path>()>;

    /// `templates` says where they are, or nothing. The catalogue outlives the command.
    PluginNewCommand(const Catalogue& catalogue, TemplateFolder templates);

    const plugin::CommandLine& line() const override;
    int run(const plugin::CommandContext& context) override;

private:
    const Catalogue& _catalogue;
    TemplateFolder _templates;
};

} // namespace waymark::app
