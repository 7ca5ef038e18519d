#include "Harmless.h"

#include <stdexcept>
#include <string>

namespace bad
{

/// Throws in the phase that its key names.
class ThrowsLater final : public Harmless
{
public:
    const waymark::plugin::ConfigSchema& schema() const override
    {
        static const waymark::plugin::ConfigSchema keys{
            waymark::plugin::Option::text("in").required().help("provide, wire or reload")};
        return keys;
    }
    void configure(const waymark::plugin::ConfigView& config) override { _phase = config.text("in"); }
    void provide(waymark::plugin::Services& /*services*/) override { throwIn("provide"); }
    void wire(const waymark::plugin::Services& /*services*/) override { throwIn("wire"); }
    waymark::plugin::ReloadPlan prepareReload(const waymark::plugin::ConfigView& /*config*/) override
    {
        throwIn("reload");
        return waymark::plugin::ReloadPlan::accept([] {});
    }

private:
    void throwIn(const std::string& phase) const
    {
        if (phase == _phase)
            throw std::runtime_error("thrown by " + phase);
    }

    std::string _phase;
};

} // namespace bad

WAYMARK_EXPORT_PLUGIN(bad::ThrowsLater, .name = "throws-later", .version = "1.0")
