#include "Harmless.h"

namespace bad
{

/// Declared, called, and defined nowhere.
void definedNowhere();

class MissingSymbol final : public Harmless
{
public:
    void start() override { definedNowhere(); }
};

} // namespace bad

WAYMARK_EXPORT_PLUGIN(bad::MissingSymbol, .name = "missing-symbol", .version = "1.0")
