#include "Harmless.h"

namespace bad
{

/// Says that it provides a service of which the host knows that there may be one.
class RegistryOne final : public Harmless
{
};

} // namespace bad

WAYMARK_EXPORT_PLUGIN(bad::RegistryOne, .name = "registry-one", .version = "1.0",
                      .provides = {"peer-registry"})
