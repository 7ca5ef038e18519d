#pragma once

#include "RowCodec.h"

#include <cstdint>
#include <functional>
#include <sqlite3.h>

namespace waymark::registry
{

/// Called with each row of a table and its rowid; what the row points to is valid until it returns.
template <class View>
using RowTaker = std::function<void(std::int64_t rowid, const View& row)>;

/// Every claim and every tombstone, in no order. They throw Poco::Exception, and what `take` throws.
/// Not through Poco::Data, which executes its statement anew for every row: a start reads millions of them.
void readClaims(sqlite3* connection, const RowTaker<ClaimView>& take);
void readTombstones(sqlite3* connection, const RowTaker<TombstoneView>& take);

} // namespace waymark::registry
