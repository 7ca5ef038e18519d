#pragma once

#include "commands/load/Generator.h"

#include <waymark/plugin/Command.h>
#include <waymark/plugin/CommandValues.h>

namespace waymark::discv4::load
{

/// Whether requests left so late that the generator, not the node, was the bottleneck.
bool hasSlipped(const Generator& generator);

/// Prints what came of a load: a record and a table, or one JSON document.
void printReport(const plugin::CommandContext& context, const plugin::CommandValues& values,
                 const Generator& generator);

/// Says on `error` what makes the numbers doubtful.
void warn(const plugin::CommandContext& context, const Generator& generator);

} // namespace waymark::discv4::load
