#include "host/HostCore.h"

namespace waymark::host
{

void HostCore::provide(HostServices& services)
{
    services.addOwn<Clock>(_clock);
    services.addOwn<Random>(_random);
    services.addOwn<Timers>(_timers);
    services.addOwn(_metrics);
    services.addOwn(_health);
    services.addOwn(_routes);
}

} // namespace waymark::host
