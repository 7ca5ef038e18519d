#include "stores/RegistryGroup.h"

#include "stores/ConvertCommand.h"
#include "stores/ExportCommand.h"
#include "stores/ImportCommand.h"
#include "stores/StatsCommand.h"

#include <memory>

namespace waymark::toolkit::stores
{

CommandGroup registryGroup(const std::vector<std::filesystem::path>& pluginPath)
{
    const auto make = [&]<class Command>(std::unique_ptr<Command>) {
        return [pluginPath] {
            return std::make_unique<Command>(pluginPath);
        };
    };
    return {"registry",
            {{"export", "Print what a stored registry holds, as JSON lines",
              make(std::unique_ptr<ExportCommand>())},
             {"import", "Make a stored registry of such lines", make(std::unique_ptr<ImportCommand>())},
             {"convert", "Make a stored registry of one of another back end",
              make(std::unique_ptr<ConvertCommand>())},
             {"stats", "Count what a stored registry holds", make(std::unique_ptr<StatsCommand>())}}};
}

} // namespace waymark::toolkit::stores
