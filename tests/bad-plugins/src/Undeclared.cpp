#include "Harmless.h"

namespace bad
{

class Undeclared final : public Harmless
{
public:
    void provide(waymark::plugin::Services& services) override { services.provide(_single); }

private:
    Single _single;
};

} // namespace bad

WAYMARK_EXPORT_PLUGIN(bad::Undeclared, .name = "undeclared", .version = "1.0")
