#pragma once

#include <waymark/node/TextFault.h>
#include <waymark/plugin/Command.h>

#include <cstddef>
#include <string>
#include <string_view>

namespace waymark::toolkit
{

/// Shows a part of a text, with a caret under its first character and a line under the others:
///
///       ...25c0a68e@127.0.0.300:30303
///                   ^~~~~~~~~~~
///
/// Two lines, with their ends, no wider than `width`: of a long text what is around the part. What a terminal
/// would obey is replaced. A position behind the text points at its end; length 0: one caret.
std::string pointAt(std::string_view text, std::size_t position, std::size_t length, std::size_t width);

/// For a word among a command's arguments that should name a node: complains as "NODE, id: why", points at
/// what is wrong, and is the exit code for it.
int refuseWord(const plugin::CommandContext& context, const std::string& command, const std::string& argument,
               std::string_view text, const node::TextFault& fault);

} // namespace waymark::toolkit
