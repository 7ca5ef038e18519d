#include "RowReader.h"

#include "Statement.h"

#include <string>

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

void readClaims(sqlite3* connection, const RowTaker<ClaimColumns>& take, std::int64_t schema)
{
    // What a migration would fill in.
    const std::string number = schema < migration003.version ? "rowid" : "number";
    const std::string lease = schema < migration002.version ? "NULL, NULL" : "ttl, expiry";
    Statement rows(connection,
                   ("SELECT " + number + ", scheme, peer, origin, addresses, labels, enr, enr_seq, " + lease +
                    " FROM claims")
                       .c_str());
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

void readTombstones(sqlite3* connection, const RowTaker<TombstoneColumns>& take, std::int64_t schema)
{
    const std::string today = "strftime('%s', 'now') * 1000000000";
    const std::string dated = "CASE buried WHEN 0 THEN " + today + " ELSE buried END";
    const std::string buried = schema < migration002.version   ? today
                               : schema < migration003.version ? dated
                                                               : "buried";
    Statement rows(connection, ("SELECT rowid, scheme, peer, origin, enr_seq, removal, " + buried +
                                " FROM tombstones NOT INDEXED")
                                   .c_str());
    while (rows.next())
        take(rows.number(0), {keyAt(rows, 1), rows.number(4), rows.number(5), rows.number(6)});
}

} // namespace waymark::registry
