#include "Report.h"

#include <algorithm>
#include <cstddef>

namespace waymark::soak
{

namespace
{

constexpr std::size_t mostRows = 30; ///< of measurements

void writeCounts(std::ostream& out, const Findings& findings)
{
    out << "| what | times |\n|---|---:|\n";
    for (const auto& [what, times] : findings.counts())
        out << "| " << what << " | " << times << " |\n";
}

void writeVitals(std::ostream& out, const Vitals& vitals)
{
    out << "| minute | resident MiB | descriptors | threads |\n|---:|---:|---:|---:|\n";
    const std::size_t step = std::max<std::size_t>(1, vitals.all().size() / mostRows);
    for (std::size_t i = 0; i < vitals.all().size(); i += step) {
        const Vital& vital = vitals.all()[i];
        out << "| " << vital.at.count() / 60 << " | " << vital.residentKib / 1024 << " | "
            << vital.descriptors << " | " << vital.threads << " |\n";
    }
}

} // namespace

void writeReport(std::ostream& out, const Run& run, const Findings& findings, const Vitals& vitals)
{
    const auto violations = findings.violations();
    out << "# Soak: " << (violations.empty() ? "all invariants held" : "invariants were violated") << "\n\n"
        << "Commit " << run.commit << ", begun " << run.began << ", " << run.lasted.count() / 60
        << " minutes. The same weather again: `./dev soak --minutes "
        << std::max<std::int64_t>(1, run.lasted.count() / 60) << " --seed " << run.seed << "`.\n\n";
    if (!violations.empty()) {
        out << "## Violations\n\n";
        for (const std::string& violation : violations)
            out << "- " << violation << '\n';
        out << "\nThe weather until then, in seconds:\n\n";
        for (const std::string& line : findings.timeline())
            out << "- " << line << '\n';
        out << '\n';
    }
    out << "## What happened\n\n";
    writeCounts(out, findings);
    out << "\n## Memory, descriptors and threads\n\n"
           "Of the whole process: the bootnode, the node that is registered with it, the clients and the "
           "disk's model.\n\n";
    writeVitals(out, vitals);
}

} // namespace waymark::soak
