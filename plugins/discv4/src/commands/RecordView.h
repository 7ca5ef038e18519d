#pragma once

#include <waymark/node/Enr.h>
#include <waymark/toolkit/Record.h>

namespace waymark::discv4
{

/// A node's record as its fields: id, seq, endpoints, enode URL, fork id (EIP-2124), further entries in hex,
/// and the record itself.
void addRecord(toolkit::Record& to, const node::Enr& record);

} // namespace waymark::discv4
