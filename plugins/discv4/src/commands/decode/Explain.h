#pragma once

#include "commands/decode/Explanation.h"

#include <waymark/base/Bytes.h>
#include <waymark/base/Clock.h>

#include <string>

namespace waymark::discv4::decode
{

/// What a datagram was judged against.
struct Reference
{
    std::uint64_t unixSeconds = 0;
    bool isCapture = false; ///< when the packet was captured; else the time now
};

/// Takes a datagram apart. Whatever it is, the fields before the first fault are those that are in it: it is
/// good exactly when wire::Frame reads it, its signature has a signer, and a record in it is its sender's.
Explanation explain(ByteView datagram, const Reference& reference);

/// "2026-11-22T04:14:02Z"; where the calendar ends, the number of seconds.
std::string utc(std::uint64_t unixSeconds);
/// With microseconds.
std::string utc(WallTime time);
/// A length of time in its largest unit: "20 s", "3 min", "5 h", "12 days".
std::string roughly(std::uint64_t seconds);

} // namespace waymark::discv4::decode
