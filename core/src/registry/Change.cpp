#include <waymark/registry/Change.h>

namespace waymark::registry
{

std::string_view toString(Outcome outcome) noexcept
{
    switch (outcome) {
    case Outcome::created:
        return "created";
    case Outcome::updated:
        return "updated";
    case Outcome::unchanged:
        return "unchanged";
    case Outcome::removed:
        return "removed";
    case Outcome::absent:
        return "absent";
    case Outcome::stale:
        return "stale";
    case Outcome::renewed:
        return "renewed";
    }
    return "unknown";
}

} // namespace waymark::registry
