#include <waymark/base/ServiceFolder.h>

#include <cstdlib>
#include <string_view>

namespace waymark
{

std::optional<std::filesystem::path> serviceFolder(const char* variable)
{
    const char* const given = std::getenv(variable);
    if (given == nullptr || *given == '\0')
        return std::nullopt;
    const std::string_view folders(given);
    return folders.substr(0, folders.find(':'));
}

} // namespace waymark
