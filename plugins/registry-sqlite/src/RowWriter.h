#pragma once

#include "Statement.h"

#include <waymark/registry/RegistryPlan.h>

namespace waymark::registry
{

/// What writes rows over one connection, which outlives it. Functions throw Poco::Exception; after that the
/// object is of no more use.
class RowWriter
{
public:
    explicit RowWriter(sqlite3* connection);

    void write(const ClaimRow& row);
    void write(const ClaimGone& gone);
    void write(const TombstoneRow& row);
    void write(const TombstoneGone& gone);
    void write(const LeaseRow& row);
    void write(Revision revision);

private:
    Statement _putClaim;
    Statement _dropClaim;
    Statement _putTombstone;
    Statement _dropTombstone;
    Statement _renewLease;
    Statement _setRevision;
};

} // namespace waymark::registry
