#pragma once

#include "RowCodec.h"

#include <cstdint>
#include <functional>
#include <sqlite3.h>

namespace waymark::registry
{

/// Called with each row of a table and its rowid (that of a claim is its number); what the row points to is
/// valid until it returns.
template <class Columns>
using RowTaker = std::function<void(std::int64_t rowid, const Columns& row)>;

/// Every claim and every tombstone, in no order. They throw Poco::Exception, and what `take` throws.
void readClaims(sqlite3* connection, const RowTaker<ClaimColumns>& take);
void readTombstones(sqlite3* connection, const RowTaker<TombstoneColumns>& take);

} // namespace waymark::registry
