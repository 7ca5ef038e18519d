#include "Harmless.h"

// A manifest note, but no class behind it.
BAD_MANIFEST_NOTE({.manifest = waymark::plugin::makeManifest({.name = "no-class", .version = "1.0"},
                                                             WAYMARK_BUILD_TAG)})
