#include "Harmless.h"

namespace
{

consteval waymark::plugin::ManifestNote note()
{
    return {.manifest = waymark::plugin::makeManifest({.name = "wrong-build-tag", .version = "1.0"},
                                                      "libc++,libPocoFoundation.so.1,sanitizer=none")};
}

} // namespace

BAD_MANIFEST_NOTE(note())
