#include "Harmless.h"

namespace bad
{

class BrokenPromise final : public Harmless
{
};

} // namespace bad

WAYMARK_EXPORT_PLUGIN(bad::BrokenPromise, .name = "broken-promise", .version = "1.0",
                      .provides = {"test-single"})
