#pragma once

#include "RowCodec.h"

#include <Poco/Data/Session.h>
#include <Poco/Data/Statement.h>

namespace waymark::registry
{

/// The prepared statements of one session. Functions throw Poco::Exception; after that the object is of no
/// more use.
class RowWriter
{
public:
    explicit RowWriter(Poco::Data::Session& session);
    RowWriter(const RowWriter&) = delete;
    RowWriter& operator=(const RowWriter&) = delete;

    void write(const ClaimRow& row);
    void write(const ClaimGone& gone);
    void write(const TombstoneRow& row);
    void write(const TombstoneGone& gone);
    void write(const LeaseRow& row);
    void write(Revision revision);

private:
    // Statements are bound to these by reference.
    ClaimColumns _claim;
    KeyColumns _claimGone;
    TombstoneColumns _tombstone;
    KeyColumns _tombstoneGone;
    KeyColumns _leaseKey;
    LeaseColumns _lease;
    Poco::Int64 _epoch = 0;
    Poco::Int64 _number = 0;

    Poco::Data::Statement _putClaim;
    Poco::Data::Statement _dropClaim;
    Poco::Data::Statement _putTombstone;
    Poco::Data::Statement _dropTombstone;
    Poco::Data::Statement _renewLease;
    Poco::Data::Statement _setRevision;
};

} // namespace waymark::registry
