#include "Harmless.h"

namespace bad
{

/// Of a type that only this library has, so that the host must not keep it.
class OwnError : public std::exception
{
public:
    const char* what() const noexcept override { return "thrown by start"; }
};

class ThrowsInStart final : public Harmless
{
public:
    void start() override { throw OwnError(); }
};

} // namespace bad

WAYMARK_EXPORT_PLUGIN(bad::ThrowsInStart, .name = "throws-in-start", .version = "1.0")
