#pragma once

#include <waymark/base/Clock.h>

#include <cstddef>

namespace waymark::testkit::sim
{

/// What one direction of a link does to datagrams. Probabilities are from 0 to 1, each drawn on its own. The
/// default does nothing: what is sent arrives at the same instant, once, and in order.
struct LinkSettings
{
    double loss = 0;
    Duration delay{0};
    Duration spread{0}; ///< up to so much more, always the same between two addresses: how far apart they are
    Duration jitter{0}; ///< up to so much more, uniformly; later datagrams may overtake
    double duplication = 0; ///< comes twice, with a jitter of its own
    double reordering = 0;  ///< is held back, so that what comes within `holdBack` overtakes it
    Duration holdBack = std::chrono::milliseconds(50);
    std::size_t mtu = 0; ///< the longest packet in bytes with IP and UDP headers; 0: no limit
};

} // namespace waymark::testkit::sim
