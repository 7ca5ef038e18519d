#pragma once

#include "discv4/Results.h"

#include <string>

namespace waymark::bench
{

/// Draws results as one SVG picture that needs nothing else: what the node does in a second of processor time
/// beside the ceiling of the curve, the garbage that it refuses, and latencies under load.
/// Throws std::runtime_error when the file cannot be written.
void writePlot(const Results& results, const std::string& file);

} // namespace waymark::bench
