#include "Harmless.h"

namespace
{

constexpr WaymarkManifest right =
    waymark::plugin::makeManifest({.name = "wrong-magic", .version = "1.0"}, WAYMARK_BUILD_TAG);

consteval waymark::plugin::ManifestNote note()
{
    waymark::plugin::ManifestNote made{.manifest = right};
    made.manifest.magic[0] = 'X';
    return made;
}

} // namespace

BAD_MANIFEST_NOTE(note())
