#include "Harmless.h"

namespace bad
{

/// Its keys would be those of the host.
class CalledNode final : public Harmless
{
};

} // namespace bad

WAYMARK_EXPORT_PLUGIN(bad::CalledNode, .name = "node", .version = "1.0")
