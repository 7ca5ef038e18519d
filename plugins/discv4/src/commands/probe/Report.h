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
    /// `planned` checks are to come.
    explicit Report(std::size_t planned) : _planned(planned) {}

    void add(const Check& check, Finding finding) { _all.push_back({&check, std::move(finding)}); }
    std::size_t size() const noexcept { return _all.size(); }
    /// Those that were planned and did not come were not tried.
    bool isWhole() const noexcept { return _all.size() == _planned; }

    std::size_t count(Verdict verdict) const noexcept;
    /// A table with what the specification says behind each failure, --json, or --tap: TAP version 13.
    void print(const plugin::CommandContext& context, const plugin::CommandValues& values) const;
    /// "43 passed, 1 failed, 2 skipped", and how many were not tried.
    std::string summary() const;

private:
    void printTap(std::ostream& out) const;
    void printFailures(const plugin::CommandContext& context) const;

    std::size_t _planned;
    std::vector<Checked> _all;
};

} // namespace waymark::discv4::probe
