#include "PluginListCommand.h"

#include <waymark/toolkit/Listing.h>

namespace waymark::app
{

using plugin::ExitCode;

const plugin::CommandLine& PluginListCommand::line() const
{
    static const plugin::CommandLine line =
        plugin::CommandLine("plugin list",
                            "Shows the plugins that are installed, and why one would be refused. Their code "
                            "is not run.")
            .takes(toolkit::Listing::jsonFlag())
            .example("waymark plugin list")
            .exits(ExitCode::ok, "they were listed")
            .exits(ExitCode::usage, "the arguments are wrong");
    return line;
}

int PluginListCommand::run(const plugin::CommandContext& context)
{
    const auto values = line().read(context);
    if (!values)
        return values.error();
    auto listing = toolkit::Listing::list(context, *values,
                                          {{"name", "PLUGIN", 0, false},
                                           {"version", "VERSION", 0, false},
                                           {"provides", "PROVIDES", 0, false},
                                           {"refusal", "REFUSED", 0, false}});
    for (const auto& [library, source] : _catalogue.installed()) {
        if (source.manifest)
            listing.add({library, source.manifest->version, toolkit::Cell::list(source.manifest->provides),
                         toolkit::Cell()});
        else
            listing.add({library, toolkit::Cell(), toolkit::Cell(), source.manifest.error().message});
    }
    listing.end();
    if (listing.size() == 0)
        context.error << "plugin list: no plugin is installed; --plugin-path names another folder\n";
    return static_cast<int>(ExitCode::ok);
}

} // namespace waymark::app
