#include "Harmless.h"

#include <stdexcept>

namespace bad
{

class ThrowsInConfigure final : public Harmless
{
public:
    void configure(const waymark::plugin::ConfigView& /*config*/) override
    {
        throw std::runtime_error("thrown by configure");
    }
};

} // namespace bad

WAYMARK_EXPORT_PLUGIN(bad::ThrowsInConfigure, .name = "throws-in-configure", .version = "1.0")
