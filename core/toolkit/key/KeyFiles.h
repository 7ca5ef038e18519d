#pragma once

#include <waymark/node/Key.h>
#include <waymark/plugin/CommandLine.h>
#include <waymark/toolkit/Record.h>

#include <string>

/// What commands that work with key files have in common.
namespace waymark::toolkit::key
{

/// FILE
plugin::CommandArgument fileOperand();
/// What a failure to read it ends with.
plugin::CommandLine exitingForKeys(plugin::CommandLine line);

/// The key in a file, or else the exit code that ends the command: the complaint was printed.
tl::expected<node::SecretKey, int> readKey(const plugin::CommandLine& line,
                                           const plugin::CommandContext& context, const std::string& file);

/// What a command ends with that cannot write one.
inline plugin::ExitCode exitCodeOf(const Error& writing) noexcept
{
    const bool isRefused = writing.code == ErrorCode::conflict || writing.code == ErrorCode::permission;
    return isRefused ? plugin::ExitCode::keyFile : plugin::ExitCode::io;
}

/// What may be told of a key: its public side.
void addFacts(Record& record, const node::PublicKey& key);

} // namespace waymark::toolkit::key
