#include "Schema.h"

#include <array>

namespace waymark::registry
{

namespace
{

// number: ClaimRow's. Claims lie in its order: those that come together lie together, and a commit writes a
// page for dozens of them. An index over what they are of would be a page for each of them again. That there
// is one claim only of each (peer, origin) is seen to by the registry, which has all of them in memory, and
// looked at when they are loaded. The column comes last, so that all others have the place that they had.
constexpr std::array statements{"CREATE TABLE numbered ("
                                " scheme INTEGER NOT NULL,"
                                " peer BLOB NOT NULL,"
                                " origin TEXT NOT NULL,"
                                " addresses TEXT NOT NULL,"
                                " labels TEXT,"
                                " enr BLOB,"
                                " enr_seq INTEGER,"
                                " ttl INTEGER,"
                                " expiry INTEGER,"
                                " number INTEGER PRIMARY KEY CHECK (number > 0))",
                                "INSERT INTO numbered SELECT scheme, peer, origin, addresses, labels, enr,"
                                " enr_seq, ttl, expiry, rowid FROM claims ORDER BY rowid",
                                "DROP TABLE claims", "ALTER TABLE numbered RENAME TO claims",
                                // Those whose removal was never dated would be dated anew by each start.
                                "UPDATE tombstones SET buried = strftime('%s', 'now') * 1000000000"
                                " WHERE buried = 0"};

} // namespace

const Migration migration003{3, statements};

} // namespace waymark::registry
