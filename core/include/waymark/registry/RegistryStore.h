#pragma once

#include <waymark/base/Result.h>
#include <waymark/registry/RegistryPlan.h>

namespace waymark::registry
{

/// Where a StoredRegistry keeps what must outlive the process. One thread at a time calls it.
class RegistryStore
{
public:
    virtual ~RegistryStore() = default;

    /// Writes the plan's rows and its revision whole or not at all; they are as durable as the store
    /// promises when it returns. After a failure (unavailable or io, with a message that says which file and
    /// what to do) nothing of the plan may come back on the next start, and a later call may succeed.
    virtual Result<void> write(const RegistryPlan& plan) = 0;
};

} // namespace waymark::registry
