#pragma once

#include <waymark/registry/RegistryPlan.h>

#include <Poco/Data/LOB.h>
#include <Poco/Nullable.h>
#include <Poco/Types.h>

#include <string>

namespace waymark::registry
{

/// The columns of a row as Poco binds and extracts them (migrations/*.cpp say what they hold).
struct KeyColumns
{
    Poco::Int64 scheme = 0;
    Poco::Data::BLOB peer;
    std::string origin;
};

struct LeaseColumns
{
    Poco::Nullable<Poco::Int64> ttl;
    Poco::Nullable<Poco::Int64> expiry;
};

struct ClaimColumns
{
    KeyColumns key;
    std::string addresses;
    Poco::Nullable<std::string> labels;
    Poco::Nullable<Poco::Data::BLOB> enr;
    Poco::Nullable<Poco::Int64> enrSeq;
    LeaseColumns lease;
};

struct TombstoneColumns
{
    KeyColumns key;
    Poco::Int64 enrSeq = 0;
    Poco::Int64 order = 0;
    Poco::Int64 buried = 0;
};

KeyColumns encodeKey(const node::PeerId& peer, const std::string& origin);
LeaseColumns encode(const Lease& lease);
ClaimColumns encode(const ClaimRow& row);
TombstoneColumns encode(const TombstoneRow& row);

/// `corrupt`, with the column that is wrong, for what encode() did not write.
Result<ClaimRow> decode(const ClaimColumns& columns);
Result<TombstoneRow> decode(const TombstoneColumns& columns);

} // namespace waymark::registry
