#include "Harmless.h"

namespace bad
{

class CycleB final : public Harmless
{
};

} // namespace bad

WAYMARK_EXPORT_PLUGIN(bad::CycleB, .name = "cycle-b", .version = "1.0", .provides = {"test-b"},
                      .needs = {"test-a"})
