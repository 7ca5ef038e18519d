#pragma once

#include <cstdint>

namespace waymark::testkit::fault
{

/// How much a disk was asked for, refused requests included.
struct Activity
{
    std::uint64_t reads = 0;
    std::uint64_t writes = 0;
    std::uint64_t syncs = 0;
    std::uint64_t names = 0;

    /// What FaultInjector::cutAfter() counts.
    std::uint64_t changes() const noexcept { return writes + syncs + names; }
};

} // namespace waymark::testkit::fault
