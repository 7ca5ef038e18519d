#pragma once

#include <waymark/base/Clock.h>

namespace waymark::bench
{

/// What answering takes at least on this machine: what a server would take that had no sockets, no tables and
/// no rules. Time of one thread on its processor, for one each; medians, as rows are averages: others use the
/// machine, too.
struct Ceiling
{
    Duration recover{};
    Duration sign{};
    Duration verify{};
    Duration keccak{}; ///< of 130 bytes

    /// A request and its answer.
    struct Work
    {
        Duration curve{};  ///< one key recovered, one signature for each datagram of the answer
        Duration hashes{}; ///< all the Keccak that these packets need besides

        Duration hashed() const noexcept { return curve + hashes; }
    };
    Work ping;
    Work findNode;       ///< answered with two NEIGHBORS
    Work findNodeOpened; ///< the answer was signed before
    Work enrRequest;

    /// `patience` for each figure.
    static Ceiling measure(Duration patience);

    /// Recovery and signature together, now: how fast the machine is at this moment.
    static Duration measurePair(Duration patience);
    Duration pair() const noexcept { return recover + sign; }
};

} // namespace waymark::bench
