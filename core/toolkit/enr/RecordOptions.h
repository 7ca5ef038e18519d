#pragma once

#include <waymark/base/Bytes.h>
#include <waymark/base/Result.h>
#include <waymark/node/Enr.h>
#include <waymark/node/Key.h>
#include <waymark/plugin/CommandLine.h>

#include <cstdint>
#include <map>
#include <string>

/// What commands that sign records have in common.
namespace waymark::toolkit::enr
{

using Entries = std::map<std::string, Bytes, std::less<>>;

/// --ip, --tcp-port, --udp-port, the same of IPv6, and --entry.
plugin::CommandLine takingEntries(plugin::CommandLine line);
/// The entries that these options say.
Result<Entries> entriesOf(const plugin::CommandValues& values);

/// A number for --seq.
plugin::CommandArgument seqOption();

/// Signs. tooLarge says how large the entries are.
Result<node::Enr> signedRecord(const Entries& entries, std::uint64_t seq, const node::SecretKey& key);

/// The record alone, or with --json also who and how large.
void print(const node::Enr& record, const plugin::CommandContext& context,
           const plugin::CommandValues& values);

} // namespace waymark::toolkit::enr
