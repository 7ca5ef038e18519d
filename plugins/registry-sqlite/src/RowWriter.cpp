#include "RowWriter.h"

#include "RowCodec.h"

#include <bit>

namespace waymark::registry
{

RowWriter::RowWriter(sqlite3* connection)
    : _putClaim(connection, "INSERT OR REPLACE INTO claims"
                            " (scheme, peer, origin, addresses, labels, enr, enr_seq, ttl, expiry, number)"
                            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
      _dropClaim(connection, "DELETE FROM claims WHERE number = ?"),
      _putTombstone(connection, "INSERT OR REPLACE INTO tombstones"
                                " (scheme, peer, origin, enr_seq, removal, buried)"
                                " VALUES (?, ?, ?, ?, ?, ?)"),
      _dropTombstone(connection, "DELETE FROM tombstones WHERE scheme = ? AND peer = ? AND origin = ?"),
      _renewLease(connection, "UPDATE claims SET ttl = ?, expiry = ? WHERE number = ?"),
      _setRevision(connection, "INSERT OR REPLACE INTO registry (only, epoch, revision) VALUES (1, ?, ?)")
{
}

void RowWriter::write(const ClaimRow& row)
{
    ClaimText text;
    const ClaimColumns claim = encode(row, text);
    _putClaim.run(claim.key.scheme, claim.key.peer, claim.key.origin, claim.addresses, claim.labels,
                  claim.enr, claim.enrSeq, claim.lease.ttl, claim.lease.expiry, claim.number);
}

void RowWriter::write(const ClaimGone& gone)
{
    _dropClaim.run(encodeNumber(gone.number));
}

void RowWriter::write(const TombstoneRow& row)
{
    const TombstoneColumns tombstone = encode(row);
    _putTombstone.run(tombstone.key.scheme, tombstone.key.peer, tombstone.key.origin, tombstone.enrSeq,
                      tombstone.order, tombstone.buried);
}

void RowWriter::write(const TombstoneGone& gone)
{
    const KeyColumns key = encodeKey(gone.peer, gone.origin);
    _dropTombstone.run(key.scheme, key.peer, key.origin);
}

void RowWriter::write(const LeaseRow& row)
{
    const LeaseColumns lease = encode(row.lease);
    _renewLease.run(lease.ttl, lease.expiry, encodeNumber(row.number));
}

void RowWriter::write(Revision revision)
{
    _setRevision.run(std::bit_cast<std::int64_t>(revision.epoch),
                     std::bit_cast<std::int64_t>(revision.number));
}

} // namespace waymark::registry
