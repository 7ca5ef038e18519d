#include "commands/probe/Report.h"

#include "commands/Folded.h"

#include <waymark/toolkit/Cell.h>
#include <waymark/toolkit/Listing.h>
#include <waymark/toolkit/Style.h>

#include <algorithm>
#include <ostream>

namespace waymark::discv4::probe
{

namespace
{

using toolkit::Cell;
using toolkit::Listing;

} // namespace

std::size_t Report::count(Verdict verdict) const noexcept
{
    return static_cast<std::size_t>(
        std::ranges::count_if(_all, [&](const Checked& each) { return each.finding.verdict == verdict; }));
}

std::string Report::summary() const
{
    return std::to_string(count(Verdict::pass)) + " passed, " + std::to_string(count(Verdict::fail)) +
           " failed, " + std::to_string(count(Verdict::skip)) + " skipped" +
           (isWhole() ? "" : "; interrupted, " + std::to_string(_planned - _all.size()) + " not tried");
}

void Report::print(const plugin::CommandContext& context, const plugin::CommandValues& values) const
{
    if (values.has("tap"))
        return printTap(context.out);
    const bool isJson = values.has("json");
    std::vector<toolkit::Column> columns{{"check", "CHECK"}, {"outcome", "OUTCOME"}, {"detail", "DETAIL"}};
    if (isJson)
        columns.insert(columns.end(), {{"section", ""}, {"says", ""}});
    Listing listing = Listing::list(context, values, columns);
    for (const auto& [check, finding] : _all) {
        std::vector<Cell> row{check->id, toString(finding.verdict), finding.detail};
        if (isJson)
            row.insert(row.end(), {Cell(check->section), Cell(check->says)});
        listing.add(std::move(row));
    }
    listing.end();
    if (!isJson && context.terminal)
        printFailures(context);
}

void Report::printFailures(const plugin::CommandContext& context) const
{
    const toolkit::Style style(context);
    for (const auto& [check, finding] : _all) {
        if (finding.verdict != Verdict::fail)
            continue;
        context.out << '\n';
        for (const std::string& line :
             folded(check->id + " failed: " + Cell(finding.detail).shown(), context.width))
            context.out << style.bad(line) << '\n';
        for (const std::string& line : folded(check->section + ": " + check->says, context.width))
            context.out << line << '\n';
    }
    context.out.flush();
}

/// https://testanything.org: the diagnostics are YAML, of which JSON's strings are a part.
void Report::printTap(std::ostream& out) const
{
    out << "TAP version 13\n1.." << _planned << '\n';
    std::size_t number = 0;
    for (const auto& [check, finding] : _all) {
        const bool failed = finding.verdict == Verdict::fail;
        out << (failed ? "not ok " : "ok ") << ++number << " - " << check->id;
        if (finding.verdict == Verdict::skip)
            out << " # SKIP " << Cell(finding.detail).shown();
        out << '\n';
        if (failed)
            out << "  ---\n  detail: " << Cell(finding.detail).json()
                << "\n  section: " << Cell(check->section).json() << "\n  says: " << Cell(check->says).json()
                << "\n  ...\n";
    }
    if (!isWhole())
        out << "Bail out! interrupted\n";
    out.flush();
}

} // namespace waymark::discv4::probe
