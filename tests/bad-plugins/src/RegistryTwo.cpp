#include "Harmless.h"

namespace bad
{

/// Says that it provides a service of which the host knows that there may be one.
class RegistryTwo final : public Harmless
{
};

} // namespace bad

WAYMARK_EXPORT_PLUGIN(bad::RegistryTwo, .name = "registry-two", .version = "1.0",
                      .provides = {"peer-registry"})
