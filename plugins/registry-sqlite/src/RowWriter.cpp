#include "RowWriter.h"

#include <bit>

namespace waymark::registry
{

using Poco::Data::Keywords::use;

RowWriter::RowWriter(Poco::Data::Session& session)
    : _putClaim((session << "INSERT OR REPLACE INTO claims"
                            " (scheme, peer, origin, addresses, labels, enr, enr_seq, ttl, expiry)"
                            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                 use(_claim.key.scheme), use(_claim.key.peer), use(_claim.key.origin), use(_claim.addresses),
                 use(_claim.labels), use(_claim.enr), use(_claim.enrSeq), use(_claim.lease.ttl),
                 use(_claim.lease.expiry))),
      _dropClaim((session << "DELETE FROM claims WHERE scheme = ? AND peer = ? AND origin = ?",
                  use(_claimGone.scheme), use(_claimGone.peer), use(_claimGone.origin))),
      _putTombstone((session << "INSERT OR REPLACE INTO tombstones"
                                " (scheme, peer, origin, enr_seq, removal, buried)"
                                " VALUES (?, ?, ?, ?, ?, ?)",
                     use(_tombstone.key.scheme), use(_tombstone.key.peer), use(_tombstone.key.origin),
                     use(_tombstone.enrSeq), use(_tombstone.order), use(_tombstone.buried))),
      _dropTombstone((session << "DELETE FROM tombstones WHERE scheme = ? AND peer = ? AND origin = ?",
                      use(_tombstoneGone.scheme), use(_tombstoneGone.peer), use(_tombstoneGone.origin))),
      _renewLease(
          (session << "UPDATE claims SET ttl = ?, expiry = ? WHERE scheme = ? AND peer = ? AND origin = ?",
           use(_lease.ttl), use(_lease.expiry), use(_leaseKey.scheme), use(_leaseKey.peer),
           use(_leaseKey.origin))),
      _setRevision((session << "INSERT OR REPLACE INTO registry (only, epoch, revision) VALUES (1, ?, ?)",
                    use(_epoch), use(_number)))
{
}

void RowWriter::write(const ClaimRow& row)
{
    _claim = encode(row);
    _putClaim.execute();
}

void RowWriter::write(const ClaimGone& gone)
{
    _claimGone = encodeKey(gone.peer, gone.origin);
    _dropClaim.execute();
}

void RowWriter::write(const TombstoneRow& row)
{
    _tombstone = encode(row);
    _putTombstone.execute();
}

void RowWriter::write(const TombstoneGone& gone)
{
    _tombstoneGone = encodeKey(gone.peer, gone.origin);
    _dropTombstone.execute();
}

void RowWriter::write(const LeaseRow& row)
{
    _leaseKey = encodeKey(row.peer, row.origin);
    _lease = encode(row.lease);
    _renewLease.execute();
}

void RowWriter::write(Revision revision)
{
    _epoch = std::bit_cast<Poco::Int64>(revision.epoch);
    _number = std::bit_cast<Poco::Int64>(revision.number);
    _setRevision.execute();
}

} // namespace waymark::registry
