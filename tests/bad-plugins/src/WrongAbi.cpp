#include "Harmless.h"

namespace
{

constexpr WaymarkManifest right =
    waymark::plugin::makeManifest({.name = "wrong-abi", .version = "1.0"}, WAYMARK_BUILD_TAG);

consteval waymark::plugin::ManifestNote note()
{
    waymark::plugin::ManifestNote made{.manifest = right};
    made.manifest.abi = 4711;
    return made;
}

} // namespace

BAD_MANIFEST_NOTE(note())
