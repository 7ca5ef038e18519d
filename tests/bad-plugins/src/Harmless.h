#pragma once

#include <waymark/plugin/Export.h>

namespace bad
{

/// Does nothing and does it well; the plugins of this folder change one thing each.
class Harmless : public waymark::plugin::Plugin
{
public:
    const waymark::plugin::ConfigSchema& schema() const override
    {
        static const waymark::plugin::ConfigSchema none{};
        return none;
    }
    void configure(const waymark::plugin::ConfigView& /*config*/) override {}
    void start() override {}
    waymark::observe::Health health() const override { return waymark::observe::Health::ok(); }
    void stop(waymark::plugin::Deadline /*deadline*/) noexcept override {}
};

/// A service of these plugins; one provider.
class Single
{
public:
    static constexpr const char* serviceId = "test-single";
};

} // namespace bad

/// A manifest note by hand, for what WAYMARK_EXPORT_PLUGIN would never write.
#define BAD_MANIFEST_NOTE(...)                                                                               \
    extern "C" {                                                                                             \
    extern const waymark::plugin::ManifestNote waymarkManifestNote;                                          \
    __attribute__((section(WAYMARK_NOTE_SECTION), used,                                                      \
                   aligned(4))) constexpr waymark::plugin::ManifestNote waymarkManifestNote = __VA_ARGS__;   \
    }
