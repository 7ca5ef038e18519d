#pragma once

#include <waymark/registry/RegistryPlan.h>

#include <Poco/Data/LOB.h>
#include <Poco/Nullable.h>
#include <Poco/Types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace waymark::registry
{

/// The columns of a row as Poco binds them (migrations/*.cpp say what they hold).
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

/// The same as SQLite lends it while it reads a row.
struct KeyView
{
    std::int64_t scheme = 0;
    ByteView peer;
    std::string_view origin;
};

struct ClaimView
{
    KeyView key;
    std::string_view addresses;
    std::optional<std::string_view> labels;
    std::optional<ByteView> enr;
    std::optional<std::int64_t> enrSeq;
    std::optional<std::int64_t> ttl;
    std::optional<std::int64_t> expiry;
};

struct TombstoneView
{
    KeyView key;
    std::int64_t enrSeq = 0;
    std::int64_t order = 0;
    std::int64_t buried = 0;
};

KeyColumns encodeKey(const node::PeerId& peer, const std::string& origin);
LeaseColumns encode(const Lease& lease);
ClaimColumns encode(const ClaimRow& row);
TombstoneColumns encode(const TombstoneRow& row);

/// `corrupt`, with the column that is wrong, for what encode() did not write.
Result<ClaimRow> decode(const ClaimView& columns);
Result<TombstoneRow> decode(const TombstoneView& columns);

} // namespace waymark::registry
