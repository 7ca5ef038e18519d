#include "Harmless.h"

namespace bad
{

/// Promises a service that the host has, in whose stead there is no other.
class ProvidesTimers final : public Harmless
{
};

} // namespace bad

WAYMARK_EXPORT_PLUGIN(bad::ProvidesTimers, .name = "provides-timers", .version = "1.0",
                      .provides = {"timers"})
