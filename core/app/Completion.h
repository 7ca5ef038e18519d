#pragma once

#include "Catalogue.h"

#include <string>
#include <vector>

namespace waymark::app
{

/// waymark complete WORD...: what the last word may become, one candidate a line with a tab and its help
/// behind it. A line ":files" means any file, ":@files" one behind an @. Names come from the manifests;
/// options from the one command's CommandLine.
int complete(const Catalogue& catalogue, const std::vector<std::string>& words);

} // namespace waymark::app
