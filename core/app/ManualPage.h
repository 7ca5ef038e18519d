#pragma once

#include "Catalogue.h"

#include <string>
#include <vector>

namespace waymark::app
{

/// waymark man [COMMAND]: waymark(1), or the page of one command, as a source for man(1) in its man(7)
/// macros. It comes from the same CommandLine that parses and that --help prints, so that it is never wrong
/// about an option; all plugins that have commands are loaded for it.
int printManualPage(const Catalogue& catalogue, const std::vector<std::string>& words);

} // namespace waymark::app
