#include "host/config/StateDirectory.h"

#include <cstdlib>
#include <string_view>

namespace waymark::host
{

std::filesystem::path stateDirectoryOf(const Configuration& configuration)
{
    const auto view = configuration.view("waymark");
    const char* const fromSystemd = std::getenv("STATE_DIRECTORY");
    if (configuration.given("waymark.state-dir") == nullptr && fromSystemd != nullptr &&
        *fromSystemd != '\0') {
        const std::string_view folders(fromSystemd); // several are separated by colons, ours comes first
        return {folders.substr(0, folders.find(':'))};
    }
    return view.path("state-dir");
}

} // namespace waymark::host
