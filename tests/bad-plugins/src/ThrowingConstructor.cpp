#include "Harmless.h"

#include <stdexcept>

namespace bad
{

class ThrowingConstructor final : public Harmless
{
public:
    ThrowingConstructor() { throw std::runtime_error("thrown by the constructor"); }
};

} // namespace bad

WAYMARK_EXPORT_PLUGIN(bad::ThrowingConstructor, .name = "throwing-constructor", .version = "1.0")
