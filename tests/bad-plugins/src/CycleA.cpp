#include "Harmless.h"

namespace bad
{

class CycleA final : public Harmless
{
};

} // namespace bad

WAYMARK_EXPORT_PLUGIN(bad::CycleA, .name = "cycle-a", .version = "1.0", .provides = {"test-a"},
                      .needs = {"test-b"})
