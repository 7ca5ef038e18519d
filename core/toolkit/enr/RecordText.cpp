#include "enr/RecordText.h"

#include "base/Text.h"

#include <waymark/toolkit/NodeFlaw.h>

#include <algorithm>
#include <istream>

namespace waymark::toolkit::enr
{

plugin::CommandArgument recordOperand()
{
    return plugin::CommandArgument::operand("ENR")
        .needs("a node record")
        .help("a record, enr:..., or its RLP in hex; - reads it from standard input");
}

Result<std::string> readText(const plugin::CommandValues& values, const plugin::CommandContext& context)
{
    if (values.text("ENR") != "-")
        return std::string(text::trimmed(values.text("ENR")));
    // More than any record has, so that it is refused for its length.
    std::string read(8192, '\0');
    context.in.read(read.data(), static_cast<std::streamsize>(read.size()));
    if (context.in.bad())
        return failure(ErrorCode::io, "standard input cannot be read");
    read.resize(static_cast<std::size_t>(context.in.gcount()));
    return std::string(text::trimmed(read));
}

std::string complaint(const Read& record, const std::string& text, std::size_t width)
{
    const auto shown = [&](const std::string& message, std::size_t position) {
        return NodeFlaw{"ENR, character " + std::to_string(position + 1) + ": " + message, position}.shown(
            text, width);
    };
    if (!record)
        return shown(record.error().error.message, record.error().position);
    const auto& flaw = *record->flaw();
    const bool isHex = !text.starts_with(node::Enr::textPrefix);
    const std::size_t inHex = (text.starts_with("0x") ? 2 : 0) + 2 * flaw.offset;
    return shown(flaw.error.message,
                 std::min(isHex ? inHex : RecordDissection::positionOf(flaw.offset), text.size()));
}

} // namespace waymark::toolkit::enr
