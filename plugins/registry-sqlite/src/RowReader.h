#pragma once

#include "RowCodec.h"
#include "Schema.h"

#include <cstdint>
#include <functional>
#include <sqlite3.h>

namespace waymark::registry
{

/// Called with each row of a table and its rowid (that of a claim is its number); what the row points to is
/// valid until it returns.
template <class Columns>
using RowTaker = std::function<void(std::int64_t rowid, const Columns& row)>;

/// Every claim and every tombstone of a database of this schema, in no order. They throw Poco::Exception, and
/// what `take` throws.
void readClaims(sqlite3* connection, const RowTaker<ClaimColumns>& take,
                std::int64_t schema = schemaVersion());
void readTombstones(sqlite3* connection, const RowTaker<TombstoneColumns>& take,
                    std::int64_t schema = schemaVersion());

} // namespace waymark::registry
