#include "Harmless.h"

#include <iostream>
#include <semaphore>
#include <string>
#include <string_view>

namespace bad
{

/// Never returns from the phase that its configuration names.
class Hanging final : public Harmless
{
public:
    const waymark::plugin::ConfigSchema& schema() const override
    {
        static const waymark::plugin::ConfigSchema keys{
            waymark::plugin::Option::text("in").required().reloadable()};
        return keys;
    }
    void configure(const waymark::plugin::ConfigView& config) override
    {
        _phase = config.text("in");
        hangIn("configure");
    }
    void provide(waymark::plugin::Services&) override { hangIn("provide"); }
    void wire(const waymark::plugin::Services&) override { hangIn("wire"); }
    void start() override { hangIn("start"); }
    waymark::plugin::ReloadPlan prepareReload(const waymark::plugin::ConfigView&) override
    {
        hangIn("reload");
        return waymark::plugin::ReloadPlan::nothing();
    }

private:
    void hangIn(std::string_view phase)
    {
        if (phase != _phase)
            return;
        std::cerr << "hanging in " << phase << '\n' << std::flush;
        std::binary_semaphore(0).acquire();
    }

    std::string _phase;
};

} // namespace bad

WAYMARK_EXPORT_PLUGIN(bad::Hanging, .name = "hanging", .version = "1.0")
