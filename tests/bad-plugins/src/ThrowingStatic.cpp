#include "Harmless.h"

#include <stdexcept>

namespace bad
{

class ThrowingStatic final : public Harmless
{
};

struct Thrower
{
    Thrower() { throw std::runtime_error("thrown by a static constructor"); }
};

static const Thrower thrower; // NOLINT: that it throws is its purpose

} // namespace bad

WAYMARK_EXPORT_PLUGIN(bad::ThrowingStatic, .name = "throwing-static", .version = "1.0")
