#include "Harmless.h"

namespace bad
{

class ThrowingNumber final : public Harmless
{
public:
    ThrowingNumber() { throw 42; }
};

} // namespace bad

WAYMARK_EXPORT_PLUGIN(bad::ThrowingNumber, .name = "throwing-number", .version = "1.0")
