#include "RowReader.h"

#include <Poco/Data/Statement.h>

namespace waymark::registry
{

using Poco::Data::Keywords::into;
using Poco::Data::Keywords::limit;

void readClaims(Poco::Data::Session& session, const RowTaker<ClaimColumns>& take)
{
    Poco::Int64 rowid = 0;
    ClaimColumns row;
    Poco::Data::Statement select(session);
    select << "SELECT rowid, scheme, peer, origin, addresses, labels, enr, enr_seq FROM claims", into(rowid),
        into(row.key.scheme), into(row.key.peer), into(row.key.origin), into(row.addresses), into(row.labels),
        into(row.enr), into(row.enrSeq), limit(1);
    while (!select.done()) {
        if (select.execute() != 0)
            take(rowid, row);
    }
}

void readTombstones(Poco::Data::Session& session, const RowTaker<TombstoneColumns>& take)
{
    Poco::Int64 rowid = 0;
    TombstoneColumns row;
    Poco::Data::Statement select(session);
    select << "SELECT rowid, scheme, peer, origin, enr_seq, removal FROM tombstones", into(rowid),
        into(row.key.scheme), into(row.key.peer), into(row.key.origin), into(row.enrSeq), into(row.order),
        limit(1);
    while (!select.done()) {
        if (select.execute() != 0)
            take(rowid, row);
    }
}

} // namespace waymark::registry
