#pragma once

#include "commands/decode/Walk.h"

#include <waymark/base/Bytes.h>

namespace waymark::discv4::decode
{

/// Writes down what an ENR says (EIP-778): signature, seq, pairs; and whether it is the sender's and good.
/// `record` is one RLP item of the datagram.
void explainRecord(Walk& walk, ByteView record);

} // namespace waymark::discv4::decode
