#include "Harmless.h"

namespace bad
{

class DeclaresTwice final : public Harmless
{
public:
    const waymark::plugin::ConfigSchema& schema() const override
    {
        using waymark::plugin::Option;
        static const waymark::plugin::ConfigSchema keys{Option::text("level").help("a text"),
                                                        Option::boolean("level").help("the same again")};
        return keys;
    }
};

} // namespace bad

WAYMARK_EXPORT_PLUGIN(bad::DeclaresTwice, .name = "declares-twice", .version = "1.0")
