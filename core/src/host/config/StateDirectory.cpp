#include "host/config/StateDirectory.h"

#include <waymark/base/ServiceFolder.h>

namespace waymark::host
{

std::filesystem::path stateDirectoryOf(const Configuration& configuration)
{
    const auto fromSystemd = serviceFolder("STATE_DIRECTORY");
    if (configuration.given("waymark.state-dir") == nullptr && fromSystemd)
        return *fromSystemd;
    return configuration.view("waymark").path("state-dir");
}

} // namespace waymark::host
