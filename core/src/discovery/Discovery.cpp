#include <waymark/discovery/Discovery.h>

namespace waymark::discovery
{

std::string_view toString(Liveness liveness) noexcept
{
    switch (liveness) {
    case Liveness::pending:
        return "pending";
    case Liveness::live:
        return "live";
    case Liveness::unresponsive:
        return "unresponsive";
    }
    return "pending";
}

} // namespace waymark::discovery
