#pragma once

#include <waymark/registry/RegistryPlan.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace waymark::registry
{

/// The columns of a row (migrations/*.cpp say what they hold). They own nothing: what they point to is lent
/// by SQLite for as long as it stands at the row, or by who wants it to be written.
struct KeyColumns
{
    std::int64_t scheme = 0;
    ByteView peer;
    std::string_view origin;
};

struct LeaseColumns
{
    std::optional<std::int64_t> ttl;
    std::optional<std::int64_t> expiry;
};

struct ClaimColumns
{
    KeyColumns key;
    std::string_view addresses;
    std::optional<std::string_view> labels;
    std::optional<ByteView> enr;
    std::optional<std::int64_t> enrSeq;
    LeaseColumns lease;
    std::optional<std::int64_t> number;
};

struct TombstoneColumns
{
    KeyColumns key;
    std::int64_t enrSeq = 0;
    std::int64_t order = 0;
    std::int64_t buried = 0;
};

/// Columns of a claim that are not in its row as they are written.
struct ClaimText
{
    std::string addresses;
    std::string labels;
};

/// Columns of the row and of `text`, which is filled.
ClaimColumns encode(const ClaimRow& row, ClaimText& text);
KeyColumns encodeKey(const node::PeerId& peer, std::string_view origin);
LeaseColumns encode(const Lease& lease);
/// NULL, for which SQLite gives the next, for none.
std::optional<std::int64_t> encodeNumber(std::uint64_t number);
TombstoneColumns encode(const TombstoneRow& row);

/// `corrupt`, with the column that is wrong, for what encode() did not write.
Result<ClaimRow> decode(const ClaimColumns& columns);
Result<TombstoneRow> decode(const TombstoneColumns& columns);

} // namespace waymark::registry
