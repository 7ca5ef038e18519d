#pragma once

#include "commands/decode/Explanation.h"
#include "trace/Record.h"

#include <waymark/node/Endpoint.h>
#include <waymark/plugin/Command.h>
#include <waymark/plugin/CommandValues.h>

#include <cstdint>
#include <optional>
#include <string>

namespace waymark::discv4::decode
{

/// What is known of a packet besides its bytes.
struct Circumstances
{
    std::uint64_t number = 0; ///< counted from 1
    std::optional<std::uint64_t> fileOffset;
    std::optional<WallTime> time;
    std::optional<trace::Direction> direction;
    std::optional<node::Endpoint> source;
    std::optional<node::Endpoint> destination;
    std::string comment;
    std::uint64_t lost = 0;
};

/// Prints one packet after the other: JSON lines with --json; on a terminal a paragraph for each; else a line
/// for each field, with tabs between the packet's number, offset, name, value and meaning.
class ExplanationPrinter
{
public:
    /// Both outlive it.
    ExplanationPrinter(const plugin::CommandContext& context, const plugin::CommandValues& values)
        : _context(context), _values(values)
    {
    }

    void print(const Explanation& explanation, const Circumstances& circumstances);

private:
    void printJson(const Explanation& explanation, const Circumstances& circumstances) const;
    void printParagraph(const Explanation& explanation, const Circumstances& circumstances) const;
    void printColumns(const Explanation& explanation, const Circumstances& circumstances) const;

    const plugin::CommandContext& _context;
    const plugin::CommandValues& _values;
    bool _hasPrinted = false;
};

} // namespace waymark::discv4::decode
