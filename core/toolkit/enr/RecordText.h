#pragma once

#include "toolkit/RecordDissection.h"

#include <waymark/base/Result.h>
#include <waymark/plugin/Command.h>
#include <waymark/plugin/CommandArgument.h>
#include <waymark/plugin/CommandValues.h>

#include <string>

/// A record as it is given to a command.
namespace waymark::toolkit::enr
{

/// ENR
plugin::CommandArgument recordOperand();
/// The operand, or what stands on standard input where it is "-", without white space around it. io.
Result<std::string> readText(const plugin::CommandValues& values, const plugin::CommandContext& context);

using Read = tl::expected<RecordDissection, RecordDissection::TextFlaw>;
/// What is wrong with a record that has a flaw, and where.
std::string complaint(const Read& record, const std::string& text, std::size_t width);

} // namespace waymark::toolkit::enr
