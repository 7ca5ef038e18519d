#pragma once

#include "RowCodec.h"

#include <Poco/Data/Session.h>

#include <cstdint>
#include <functional>

namespace waymark::registry
{

/// Called with each row of a table and its rowid.
template <class Columns>
using RowTaker = std::function<void(std::int64_t rowid, const Columns& row)>;

/// Every claim and every tombstone, in no order. They throw Poco::Exception, and what `take` throws.
void readClaims(Poco::Data::Session& session, const RowTaker<ClaimColumns>& take);
void readTombstones(Poco::Data::Session& session, const RowTaker<TombstoneColumns>& take);

} // namespace waymark::registry
