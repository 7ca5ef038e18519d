#include "Harmless.h"

namespace waymark::acme
{

/// In a library that this plugin brings; that it chose our namespace is its own affair.
int helper();

} // namespace waymark::acme

namespace bad
{

class OwnLibrary final : public Harmless
{
public:
    void start() override { static_cast<void>(waymark::acme::helper()); }
};

} // namespace bad

WAYMARK_EXPORT_PLUGIN(bad::OwnLibrary, .name = "own-library", .version = "1.0")
