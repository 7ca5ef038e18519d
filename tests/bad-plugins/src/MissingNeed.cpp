#include "Harmless.h"

namespace bad
{

class MissingNeed final : public Harmless
{
};

} // namespace bad

WAYMARK_EXPORT_PLUGIN(bad::MissingNeed, .name = "missing-need", .version = "1.0", .provides = {},
                      .needs = {"test-single", "test-unheard-of"})
