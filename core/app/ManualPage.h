#pragma once

#include "Catalogue.h"

#include <iosfwd>
#include <string>
#include <vector>

namespace waymark::app
{

/// waymark(1), or the page of a plugin or of one command, as a source for man(1) in its man(7) macros. It
/// comes from the same CommandLine that parses and that --help prints, so that it is never wrong about an
/// option; the plugins that have the commands are loaded for it. Errors: unavailable (a plugin was refused),
/// else of the words.
Result<void> printManualPage(std::ostream& out, const Catalogue& catalogue,
                             const std::vector<std::string>& words);

} // namespace waymark::app
