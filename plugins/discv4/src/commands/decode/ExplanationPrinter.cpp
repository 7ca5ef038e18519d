#include "commands/decode/ExplanationPrinter.h"

#include "commands/Folded.h"
#include "commands/decode/Explain.h"

#include <waymark/toolkit/Record.h>
#include <waymark/toolkit/Style.h>

#include <algorithm>
#include <ostream>
#include <utility>
#include <vector>

namespace waymark::discv4::decode
{

namespace
{

using toolkit::Cell;
using toolkit::Record;
using toolkit::Style;

constexpr std::size_t offsetWidth = 6;
constexpr std::size_t narrowest = 20; ///< of the column of values

std::optional<std::string> toldTime(const std::optional<WallTime>& time)
{
    return time ? std::optional(utc(*time)) : std::nullopt;
}

std::optional<std::string> told(const std::optional<node::Endpoint>& endpoint)
{
    return endpoint ? std::optional(endpoint->toString()) : std::nullopt;
}

std::string_view toldDirection(const std::optional<trace::Direction>& direction)
{
    if (!direction)
        return "";
    return *direction == trace::Direction::inbound ? "inbound" : "outbound";
}

Cell cellOf(const Field& field)
{
    Record record;
    record.add("name", field.name).add("offset", field.offset).add("size", field.size);
    record.add("value", field.value);
    if (!field.meaning.empty())
        record.add("meaning", field.meaning);
    return record.cell();
}

Cell cellOf(const Fault& fault)
{
    return Record().add("offset", fault.offset).add("what", fault.what).cell();
}

template <class Each>
Cell listOf(const std::vector<Each>& all)
{
    std::vector<Cell> cells;
    for (const Each& each : all)
        cells.push_back(cellOf(each));
    return Cell::list(cells);
}

/// What stands over a packet.
std::string title(const Explanation& explanation, const Circumstances& circumstances)
{
    std::string text = "packet " + std::to_string(circumstances.number) + ": ";
    text += explanation.type.empty() ? "unknown" : explanation.type;
    text += ", " + std::to_string(explanation.size) + " bytes";
    if (circumstances.source && circumstances.destination)
        text += ", " + circumstances.source->toString() + " to " + circumstances.destination->toString();
    return text;
}

/// The line below: when, which way, where in the file.
std::string details(const Circumstances& circumstances)
{
    std::string text;
    const auto add = [&](const std::string& part) {
        text += (text.empty() ? "" : ", ") + part;
    };
    if (circumstances.time)
        add(utc(*circumstances.time));
    if (circumstances.direction)
        add(std::string(toldDirection(circumstances.direction)));
    if (circumstances.fileOffset)
        add("at byte " + std::to_string(*circumstances.fileOffset) + " of the file");
    if (circumstances.lost > 0)
        add(std::to_string(circumstances.lost) + " lost before it");
    if (!circumstances.comment.empty())
        add("comment: " + Cell(circumstances.comment).shown());
    return text;
}

std::string right(const std::string& text, std::size_t width)
{
    return std::string(text.size() < width ? width - text.size() : 0, ' ') + text;
}

} // namespace

void ExplanationPrinter::print(const Explanation& explanation, const Circumstances& circumstances)
{
    if (_values.has("json"))
        printJson(explanation, circumstances);
    else if (_context.terminal)
        printParagraph(explanation, circumstances);
    else
        printColumns(explanation, circumstances);
    _hasPrinted = true;
    _context.out.flush();
}

void ExplanationPrinter::printJson(const Explanation& explanation, const Circumstances& circumstances) const
{
    const auto hexOf = [](const auto& value, auto toText) {
        return value ? Cell(toText(*value)) : Cell();
    };
    Record record;
    record.add("packet", circumstances.number).add("good", explanation.isGood());
    record.add("type", explanation.type.empty() ? Cell() : Cell(explanation.type))
        .add("size", explanation.size);
    record.addIf("file_offset", "", circumstances.fileOffset).addIf("time", "", toldTime(circumstances.time));
    if (circumstances.direction)
        record.add("direction", toldDirection(circumstances.direction));
    record.addIf("from", "", told(circumstances.source)).addIf("to", "", told(circumstances.destination));
    if (!circumstances.comment.empty())
        record.add("comment", circumstances.comment);
    if (circumstances.lost > 0)
        record.add("lost_before", circumstances.lost);
    record.add("hash", hexOf(explanation.hash, [](const node::Hash256& hash) { return toHex(hash); }));
    record.add("hash_valid", Cell(explanation.hashValid));
    record.add("sender", hexOf(explanation.sender, [](const node::PublicKey& key) { return key.hex(); }));
    record.addIf("expiration", "", explanation.expiration).addIf("expired", "", explanation.expired);
    record.add("fields", listOf(explanation.fields)).add("faults", listOf(explanation.faults));
    record.print(_context, _values);
}

void ExplanationPrinter::printParagraph(const Explanation& explanation,
                                        const Circumstances& circumstances) const
{
    const Style style(_context);
    std::ostream& out = _context.out;
    if (_hasPrinted)
        out << '\n';
    for (const std::string& line : folded(title(explanation, circumstances), _context.width))
        out << style.strong(line) << '\n';
    if (const std::string text = details(circumstances); !text.empty())
        for (const std::string& line : folded(text, _context.width))
            out << style.faint(line) << '\n';
    std::size_t nameWidth = 0;
    for (const Field& field : explanation.fields)
        nameWidth = std::max(nameWidth, field.name.size());
    const std::size_t indent = offsetWidth + 2 + nameWidth + 2;
    const std::size_t width = _context.width > indent + narrowest ? _context.width - indent : narrowest;
    for (const Field& field : explanation.fields) {
        // Names come from records, too.
        const std::string name = Cell(field.name).shown();
        out << right(field.size == 0 ? "" : std::to_string(field.offset), offsetWidth) << "  "
            << style.strong(name) << std::string(nameWidth - std::min(nameWidth, name.size()) + 2, ' ');
        auto lines = folded(field.value.shown(), width);
        const bool isBeside = lines.back().size() + 2 + field.meaning.size() <= width;
        for (std::size_t i = 0; i < lines.size(); ++i)
            out << (i == 0 ? "" : std::string(indent, ' ')) << lines[i]
                << (isBeside || i + 1 < lines.size() ? "" : "\n");
        if (isBeside && !field.meaning.empty())
            out << "  " << style.faint(field.meaning);
        if (isBeside)
            out << '\n';
        else
            for (const std::string& line : folded(field.meaning, width))
                out << std::string(indent, ' ') << style.faint(line) << '\n';
    }
    for (const Fault& fault : explanation.faults)
        for (const std::string& line :
             folded("at byte " + std::to_string(fault.offset) + ": " + fault.what, _context.width))
            out << style.bad(line) << '\n';
}

void ExplanationPrinter::printColumns(const Explanation& explanation,
                                      const Circumstances& circumstances) const
{
    const auto line = [&](const Cell& offset, const Cell& name, const Cell& value,
                          const std::string& meaning) {
        _context.out << circumstances.number << '\t' << offset.shown() << '\t' << name.shown() << '\t'
                     << value.shown() << (meaning.empty() ? "" : "\t" + Cell(meaning).shown()) << '\n';
    };
    const auto lineIf = [&](const char* name, const std::optional<std::string>& text) {
        if (text)
            line({}, name, *text, "");
    };
    lineIf("time", toldTime(circumstances.time));
    if (circumstances.direction)
        line({}, "direction", toldDirection(circumstances.direction), "");
    lineIf("from", told(circumstances.source));
    lineIf("to", told(circumstances.destination));
    if (!circumstances.comment.empty())
        line({}, "comment", circumstances.comment, "");
    if (circumstances.lost > 0)
        line({}, "lost before", circumstances.lost, "");
    for (const Field& field : explanation.fields)
        line(field.size == 0 ? Cell() : Cell(field.offset), field.name, field.value, field.meaning);
    for (const Fault& fault : explanation.faults)
        line(fault.offset, "fault", fault.what, "");
}

} // namespace waymark::discv4::decode
