#pragma once

#include <waymark/observe/Log.h>
#include <waymark/registry/StoredRegistry.h>

#include <cstddef>
#include <utility>

namespace waymark::registry
{

/// Writes into the log whose leases ended: a line for each, or for many that end together one line with
/// their number. One thread at a time.
class LeaseEndLog
{
public:
    explicit LeaseEndLog(observe::Log log) : _log(std::move(log)) {}

    void note(const LeasesOver& over);

private:
    const observe::Log _log;
    std::size_t _together = 0; ///< of which nothing was said yet
};

} // namespace waymark::registry
