#include "Harmless.h"

namespace bad
{

/// Called as commands that are built in begin, with a command of its own.
class CalledKey final : public Harmless
{
};

} // namespace bad

WAYMARK_EXPORT_PLUGIN(bad::CalledKey, .name = "key", .version = "1.0", .provides = {}, .needs = {},
                      .wants = {}, .commands = {{"show", "shows a key"}})
