#pragma once

#include "nodeset/Format.h"

#include <waymark/base/Result.h>
#include <waymark/toolkit/nodeset/NodesJson.h>

#include <iosfwd>
#include <optional>

namespace waymark::toolkit::nodeset
{

/// Reads nodes of any format, entry by entry, and says which format it is. Lists may have URLs and records in
/// one; lines that begin with '#' and empty ones are passed over. `corrupt` when it is none of the formats,
/// or ends in the middle; what was met before has been given out. Nothing for input that has no format
/// because there is nothing in it.
Result<std::optional<Format>> readNodes(std::istream& in, std::optional<Format> format,
                                        const EntrySink& entry, const DamageSink& damage);

} // namespace waymark::toolkit::nodeset
