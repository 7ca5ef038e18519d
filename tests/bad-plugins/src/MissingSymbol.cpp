#include "Harmless.h"

namespace waymark
{

/// Declared, called, and defined nowhere: as of an SDK that is newer than the host.
void definedNowhere();

} // namespace waymark

namespace bad
{

class MissingSymbol final : public Harmless
{
public:
    void start() override { waymark::definedNowhere(); }
};

} // namespace bad

WAYMARK_EXPORT_PLUGIN(bad::MissingSymbol, .name = "missing-symbol", .version = "1.0")
