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
///     {"peer":"0x...","origin":"api","addresses":["udp/10.0.0.1/30303"],"labels":{...},"enr":"enr:...","seq":5}
///     removal {"peer":"0x...","origin":"api","seq":4,"order":2}
///     end 2 <keccak256 of all lines before this one, in hex>
///
/// Rows are objects so that later versions can say more of them; labels, enr and seq stand only where there
/// are any.
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
