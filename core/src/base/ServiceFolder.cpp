#include "base/Environment.h"

#include <waymark/base/ServiceFolder.h>

namespace waymark
{

std::optional<std::filesystem::path> serviceFolder(const char* variable)
{
    const std::string_view folders = environment(variable);
    if (folders.empty())
        return std::nullopt;
    return folders.substr(0, folders.find(':'));
}

} // namespace waymark
