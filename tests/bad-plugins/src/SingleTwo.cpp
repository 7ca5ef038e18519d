#include "Harmless.h"

namespace bad
{

/// Provides a service of which there may be one; the host learns so when it is registered.
class SingleTwo final : public Harmless
{
public:
    void provide(waymark::plugin::Services& services) override { services.provide(_single); }

private:
    Single _single;
};

} // namespace bad

WAYMARK_EXPORT_PLUGIN(bad::SingleTwo, .name = "single-two", .version = "1.0", .provides = {"test-single"},
                      .commands = {{"shared", "what both plugins of the family promise"}})
