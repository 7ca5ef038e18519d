#pragma once

#include "commands/probe/Check.h"

#include <waymark/plugin/Command.h>
#include <waymark/plugin/CommandValues.h>

#include <string>
#include <vector>

namespace waymark::discv4::probe
{

struct Checked
{
    const Check* check = nullptr;
    Finding finding;
};

/// What came of all checks.
class Report
{
public:
    void add(const Check& check, Finding finding) { _all.push_back({&check, std::move(finding)}); }

    std::size_t count(Verdict verdict) const noexcept;
    /// A table with what the specification says behind each failure, --json, or --tap: TAP version 13.
    void print(const plugin::CommandContext& context, const plugin::CommandValues& values) const;
    /// "43 passed, 1 failed, 2 skipped".
    std::string summary() const;

private:
    void printTap(std::ostream& out) const;
    void printFailures(const plugin::CommandContext& context) const;

    std::vector<Checked> _all;
};

} // namespace waymark::discv4::probe
