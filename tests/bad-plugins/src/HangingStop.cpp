#include "Harmless.h"

#include <semaphore>

namespace bad
{

class HangingStop final : public Harmless
{
public:
    void stop(waymark::plugin::Deadline /*deadline*/) noexcept override { _never.acquire(); }

private:
    std::binary_semaphore _never{0};
};

} // namespace bad

WAYMARK_EXPORT_PLUGIN(bad::HangingStop, .name = "hanging-stop", .version = "1.0")
