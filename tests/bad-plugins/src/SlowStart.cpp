#include "Harmless.h"

#include <filesystem>
#include <fstream>

namespace bad
{

/// Starts once somebody writes into a FIFO.
class SlowStart final : public Harmless
{
public:
    const waymark::plugin::ConfigSchema& schema() const override
    {
        static const waymark::plugin::ConfigSchema keys{
            waymark::plugin::Option::path("until").required().help("the FIFO that is waited for")};
        return keys;
    }
    void configure(const waymark::plugin::ConfigView& config) override { _file = config.path("until"); }
    void provide(waymark::plugin::Services& services) override { _log = services.log(); }
    void start() override
    {
        _log.info("slow.starting");
        std::ifstream(_file).get();
    }

private:
    std::filesystem::path _file;
    waymark::observe::Log _log;
};

} // namespace bad

WAYMARK_EXPORT_PLUGIN(bad::SlowStart, .name = "slow-start", .version = "1.0")
