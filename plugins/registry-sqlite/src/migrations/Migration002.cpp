#include "Schema.h"

#include <array>

namespace waymark::registry
{

namespace
{

// ttl and expiry: the lease's length and its end since 1970 by the wall clock, both in nanoseconds; NULL for
// a claim that lasts for ever. buried: when the claim was removed, in nanoseconds since 1970; 0 where that is
// not known, of tombstones from before.
constexpr std::array statements{"ALTER TABLE claims ADD COLUMN ttl INTEGER",
                                "ALTER TABLE claims ADD COLUMN expiry INTEGER",
                                "ALTER TABLE tombstones ADD COLUMN buried INTEGER NOT NULL DEFAULT 0"};

} // namespace

const Migration migration002{2, statements};

} // namespace waymark::registry
