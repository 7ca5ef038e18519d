#pragma once

#include <waymark/plugin/Command.h>
#include <waymark/plugin/CommandArgument.h>
#include <waymark/plugin/CommandValues.h>
#include <waymark/toolkit/Cell.h>

#include <string>
#include <vector>

namespace waymark::toolkit
{

struct Column
{
    std::string field;     ///< in JSON: "round_trip_ms"
    std::string heading;   ///< in a table: "TIME"
    std::size_t width = 0; ///< columns that a stream keeps for it at least; a list looks for itself
    bool right = false;    ///< against the right edge, as numbers are
};

/// Rows of a command's result, in the form in which they are wanted:
///
///   --json            a list is one JSON array, a stream one object a line (JSON lines)
///   on a terminal     a table with headings; a list's last column is cut at the terminal's edge
///   else              plain columns: a tab between, no headings, nothing cut
///
/// A list is printed whole by end(), a stream row by row as it comes, flushed.
class Listing
{
public:
    /// The flag --json, for the command's line.
    static plugin::CommandArgument jsonFlag();

    static Listing list(const plugin::CommandContext& context, const plugin::CommandValues& values,
                        std::vector<Column> columns);
    static Listing stream(const plugin::CommandContext& context, const plugin::CommandValues& values,
                          std::vector<Column> columns);

    /// As many cells as there are columns; throws std::invalid_argument otherwise.
    void add(std::vector<Cell> row);
    /// Rows so far.
    std::size_t size() const noexcept { return _count; }
    /// After the last row, once. A table without rows is not printed: the command says on `error` what is
    /// missing.
    void end();

private:
    Listing(const plugin::CommandContext& context, bool json, bool streams, std::vector<Column> columns);
    void printJson(const std::vector<Cell>& row);
    void printPlain(const std::vector<Cell>& row);
    void printTable(const std::vector<Cell>& row);
    std::string tableLine(const std::vector<std::string>& cells) const;

    const plugin::CommandContext& _context;
    bool _json;
    bool _streams;
    std::vector<Column> _columns;
    std::vector<std::vector<Cell>> _rows; ///< of a list
    std::size_t _count = 0;
};

} // namespace waymark::toolkit
