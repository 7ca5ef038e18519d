#pragma once

#include "Findings.h"
#include "Vitals.h"

#include <chrono>
#include <cstdint>
#include <ostream>
#include <string>

namespace waymark::soak
{

/// What a run was.
struct Run
{
    std::string commit;
    std::string began; ///< UTC
    std::uint64_t seed = 0;
    std::chrono::seconds lasted{};
};

/// The report as Markdown: verdict, what happened how often, how memory and descriptors went.
void writeReport(std::ostream& out, const Run& run, const Findings& findings, const Vitals& vitals);

} // namespace waymark::soak
