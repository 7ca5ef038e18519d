#include "Harmless.h"

namespace bad
{

/// Called as commands of http-api begin.
class CalledPeers final : public Harmless
{
};

} // namespace bad

WAYMARK_EXPORT_PLUGIN(bad::CalledPeers, .name = "peers", .version = "1.0")
