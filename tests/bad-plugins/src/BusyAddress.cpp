#include "Harmless.h"

namespace bad
{

class BusyAddress final : public Harmless
{
public:
    void start() override
    {
        throw waymark::plugin::StartError(waymark::plugin::ExitCode::unavailable,
                                          "127.0.0.1:1 is in use by another program");
    }
};

} // namespace bad

WAYMARK_EXPORT_PLUGIN(bad::BusyAddress, .name = "busy-address", .version = "1.0")
