#include <waymark/plugin/Plugin.h>

namespace waymark::plugin
{

void Plugin::provide(Services& /*services*/) {}

void Plugin::wire(const Services& /*services*/) {}

ReloadPlan Plugin::prepareReload(const ConfigView& /*config*/)
{
    return ReloadPlan::nothing();
}

std::unique_ptr<Command> Plugin::command(std::string_view /*name*/)
{
    return nullptr;
}

} // namespace waymark::plugin
