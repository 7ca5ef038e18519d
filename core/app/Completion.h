#pragma once

#include "Catalogue.h"

#include <string>
#include <vector>

namespace waymark::app
{

/// waymark completion bash|zsh: prints a script for the shell. The script asks `waymark complete` at every
/// key press, so that it knows the plugins that are installed then.
int printCompletionScript(const std::vector<std::string>& words);

/// waymark complete WORD...: what the last word may become, one candidate a line with a tab and its help
/// behind it. A line ":files" means any file. Names come from the manifests; options from the one command's
/// CommandLine.
int complete(const Catalogue& catalogue, const std::vector<std::string>& words);

} // namespace waymark::app
