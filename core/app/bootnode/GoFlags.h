#pragma once

#include <waymark/plugin/CommandLine.h>

#include <string>
#include <vector>

namespace waymark::app
{

/// The words of a command in the syntax of Go's package flag, put as ours for CommandLine::parse():
/// `-name value`, `-name=value` and `--name...` alike, flags also as `-name=false`; of what stands there
/// twice the last holds; "--" and the first word that is no option end the options.
///
/// Names that the line does not have stay as they are, for parse() to complain about. Errors
/// (invalidArgument): an option at the end whose value is missing, and a flag that is neither true nor false.
Result<std::vector<std::string>> fromGoFlags(const plugin::CommandLine& line,
                                             const std::vector<std::string>& words);

} // namespace waymark::app
