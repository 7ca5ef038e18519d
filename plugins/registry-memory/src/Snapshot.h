#pragma once

#include <waymark/base/Result.h>
#include <waymark/registry/RegistryPlan.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::registry
{

/// A registry's content as text, one row a line:
///
///     waymark-registry-snapshot 1
///     revision 17
///     claim
///     {"peer":"0x...","origin":"api","addresses":["udp/10.0.0.1/30303"],"labels":{...},"enr":"enr:...","seq":5,"ttl":"60000000000","expiry":"1790000060000000000"}
///     removal {"peer":"0x...","origin":"api","seq":4,"order":2,"buried":"1790000000000000000"}
///     end 2 <keccak256 of all lines before this one, in hex>
///
/// Rows are objects so that later versions can say more of them; labels, enr, seq, ttl and expiry stand only
/// where there are any. Times are nanoseconds, those of a clock since 1970; numbers are text where those of
/// JSON are too narrow.
struct Snapshot
{
    std::uint64_t revision = 0; ///< the number without its epoch
    std::vector<StoredRow> rows;
};

std::string encodeSnapshot(std::uint64_t revision, std::span<const StoredRow> rows);

/// `corrupt` for what encodeSnapshot() did not write (it says the line), `conflict` for one of a later
/// version.
Result<Snapshot> decodeSnapshot(std::string_view text);

} // namespace waymark::registry
