#include "Harmless.h"

namespace bad
{

/// The one good plugin of this folder.
class Good final : public Harmless
{
public:
    const waymark::plugin::ConfigSchema& schema() const override
    {
        using waymark::plugin::Option;
        static const waymark::plugin::ConfigSchema keys{
            Option::integer("level", 0, 10).defaultsTo("5").reloadable().help("a number that may change"),
            Option::text("fixed").defaultsTo("here").help("a text that may not"),
            Option::secret("token").help("never shown"),
        };
        return keys;
    }
};

} // namespace bad

WAYMARK_EXPORT_PLUGIN(bad::Good, .name = "good", .version = "1.0", .provides = {}, .needs = {}, .wants = {},
                      .commands = {{"greet", "says hello"}})
