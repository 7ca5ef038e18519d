#pragma once

#include <waymark/base/Result.h>
#include <waymark/toolkit/nodeset/Entry.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::toolkit::nodeset
{

/// The fields of a line of CSV (RFC 4180): with commas between, in double quotes where they have such, which
/// are doubled within. Nothing when a quote is not closed, or something stands behind one that is.
std::optional<std::vector<std::string>> splitCsv(std::string_view line);

/// Reads lines below a heading.
class CsvRows
{
public:
    /// Nothing when the heading has no column "record".
    static std::optional<CsvRows> under(std::string_view heading);
    Result<Entry> read(std::string_view line) const;

private:
    CsvRows() = default;

    std::vector<std::string> _columns;
};

/// A node as a line without an end, under csvHeading.
std::string csvRow(const Entry& entry);

} // namespace waymark::toolkit::nodeset
