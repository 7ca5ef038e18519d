#include "base/Text.h"

#include <waymark/host/HostError.h>

namespace waymark::host
{

HostError::HostError(plugin::ExitCode code, std::vector<std::string> lines)
    : StartError(code, text::joined(lines, "\n")), _lines(std::move(lines))
{
}

} // namespace waymark::host
