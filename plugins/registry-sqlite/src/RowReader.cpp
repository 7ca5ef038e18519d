#include "RowReader.h"

#include "Statement.h"

namespace waymark::registry
{

namespace
{

/// Of the three columns that begin at `column`.
KeyColumns keyAt(const Statement& rows, int column)
{
    return {rows.number(column), rows.bytes(column + 1), rows.text(column + 2)};
}

} // namespace

void readClaims(sqlite3* connection, const RowTaker<ClaimColumns>& take)
{
    Statement rows(connection,
                   "SELECT number, scheme, peer, origin, addresses, labels, enr, enr_seq, ttl, expiry "
                   "FROM claims");
    while (rows.next()) {
        ClaimColumns row{keyAt(rows, 1), rows.text(4), {}, {}, {}, {}, rows.number(0)};
        if (!rows.isNull(5))
            row.labels = rows.text(5);
        if (!rows.isNull(6))
            row.enr = rows.bytes(6);
        if (!rows.isNull(7))
            row.enrSeq = rows.number(7);
        if (!rows.isNull(8))
            row.lease.ttl = rows.number(8);
        if (!rows.isNull(9))
            row.lease.expiry = rows.number(9);
        take(rows.number(0), row);
    }
}

void readTombstones(sqlite3* connection, const RowTaker<TombstoneColumns>& take)
{
    Statement rows(
        connection,
        "SELECT rowid, scheme, peer, origin, enr_seq, removal, buried FROM tombstones NOT INDEXED");
    while (rows.next())
        take(rows.number(0), {keyAt(rows, 1), rows.number(4), rows.number(5), rows.number(6)});
}

} // namespace waymark::registry
