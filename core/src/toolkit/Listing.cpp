#include "base/Columns.h"

#include <waymark/toolkit/Listing.h>
#include <waymark/toolkit/Style.h>

#include <algorithm>
#include <ostream>
#include <stdexcept>

namespace waymark::toolkit
{

plugin::CommandArgument Listing::jsonFlag()
{
    return plugin::CommandArgument::flag("json").help("print JSON, for programs");
}

Listing::Listing(const plugin::CommandContext& context, bool json, bool streams, std::vector<Column> columns)
    : _context(context), _json(json), _streams(streams), _columns(std::move(columns))
{
}

Listing Listing::list(const plugin::CommandContext& context, const plugin::CommandValues& values,
                      std::vector<Column> columns)
{
    return {context, values.has("json"), false, std::move(columns)};
}

Listing Listing::stream(const plugin::CommandContext& context, const plugin::CommandValues& values,
                        std::vector<Column> columns)
{
    for (Column& column : columns)
        column.width = std::max(column.width, text::columnsOf(column.heading));
    return {context, values.has("json"), true, std::move(columns)};
}

void Listing::add(std::vector<Cell> row)
{
    if (row.size() != _columns.size())
        throw std::invalid_argument("a row of a listing must have a cell for each column");
    ++_count;
    if (_json && _streams)
        printJson(row);
    else if (!_json && !_context.terminal)
        printPlain(row);
    else if (_streams)
        printTable(row);
    else
        _rows.push_back(std::move(row));
}

void Listing::end()
{
    if (_json && !_streams) {
        _context.out << '[';
        for (std::size_t i = 0; i < _rows.size(); ++i) {
            _context.out << (i == 0 ? "\n" : ",\n");
            printJson(_rows[i]);
        }
        _context.out << (_rows.empty() ? "]\n" : "\n]\n");
    } else if (!_json && !_streams && _context.terminal) {
        for (std::size_t i = 0; i < _columns.size(); ++i) {
            _columns[i].width = text::columnsOf(_columns[i].heading);
            for (const auto& row : _rows)
                _columns[i].width = std::max(_columns[i].width, text::columnsOf(row[i].shown()));
        }
        _count = 0;
        for (const auto& row : _rows) {
            ++_count;
            printTable(row);
        }
    }
    _rows.clear();
    _context.out.flush();
}

void Listing::printJson(const std::vector<Cell>& row)
{
    _context.out << '{';
    for (std::size_t i = 0; i < row.size(); ++i)
        _context.out << (i == 0 ? "\"" : ",\"") << _columns[i].field << "\":" << row[i].json();
    _context.out << '}';
    if (_streams)
        _context.out << '\n' << std::flush;
}

void Listing::printPlain(const std::vector<Cell>& row)
{
    for (std::size_t i = 0; i < row.size(); ++i)
        _context.out << (i == 0 ? "" : "\t") << row[i].shown();
    _context.out << '\n';
    if (_streams)
        _context.out.flush();
}

void Listing::printTable(const std::vector<Cell>& row)
{
    if (_count == 1) {
        std::vector<std::string> headings;
        for (const Column& column : _columns)
            headings.push_back(column.heading);
        _context.out << Style(_context).strong(tableLine(headings)) << '\n';
    }
    std::vector<std::string> cells;
    for (const Cell& cell : row)
        cells.push_back(cell.shown());
    _context.out << tableLine(cells) << '\n';
    if (_streams)
        _context.out.flush();
}

std::string Listing::tableLine(const std::vector<std::string>& cells) const
{
    std::string line;
    std::size_t place = 0;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        const std::size_t used = text::columnsOf(cells[i]);
        const std::size_t padding = _columns[i].width > used ? _columns[i].width - used : 0;
        const bool isLast = i + 1 == cells.size();
        line.append(_columns[i].right ? padding : 0, ' ');
        place += _columns[i].right ? padding : 0;
        // Streams lose nothing: who watches one cannot ask for it again.
        if (isLast && !_streams && place + used > _context.width && _context.width > place)
            line += text::cut(cells[i], _context.width - place);
        else
            line += cells[i];
        place += used;
        if (!isLast) {
            line.append((_columns[i].right ? 0 : padding) + 2, ' ');
            place += (_columns[i].right ? 0 : padding) + 2;
        }
    }
    return line;
}

} // namespace waymark::toolkit
