#pragma once

#include "SnapshotRow.h"

#include <waymark/base/Result.h>
#include <waymark/node/Keccak.h>
#include <waymark/registry/RegistryPlan.h>

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::registry
{

/// A registry's content as text, one row a line:
///
///     waymark-registry-snapshot 1
///     revision 17 9e3779b97f4a7c15
///     claim
///     {"peer":"0x...","origin":"api","addresses":["udp/10.0.0.1/30303"],"labels":{...},"enr":"enr:...","seq":5,"ttl":"60000000000","expiry":"1790000060000000000"}
///     removal {"peer":"0x...","origin":"api","seq":4,"order":2,"buried":"1790000000000000000"}
///     end 2 <keccak256 of all lines before this one, in hex>
///
/// The epoch behind the revision may be missing. Rows are objects so that later versions can say more of
/// them; labels, enr, seq, ttl and expiry stand only where there are any. Times are nanoseconds, those of a
/// clock since 1970; numbers are text where those of JSON are too narrow.
struct Snapshot
{
    Revision revision; ///< epoch 0: it does not say
    std::vector<StoredRow> rows;
};

std::string encodeSnapshot(Revision revision, std::span<const StoredRow> rows);

/// `corrupt` for what encodeSnapshot() did not write (it says the line), `conflict` for one of a later
/// version.
Result<Snapshot> decodeSnapshot(std::string_view text);

/// The same row by row: begin(), row() for each, end(), whose texts one behind the other are the snapshot.
class SnapshotEncoder
{
public:
    std::string begin(Revision revision);
    std::string row(const StoredRow& row);
    std::string end();

private:
    std::string hashed(std::string text);

    node::KeccakStream _hash;
    std::size_t _rows = 0;
};

/// The same line by line. Only finish() says that the rows are those that were written.
class SnapshotDecoder
{
public:
    /// Without its end. Gives the row of it, if it has one. Errors as decodeSnapshot().
    Result<std::optional<StoredRow>> take(std::string_view line);
    /// The same without decoding the row, which others may do at the same time.
    Result<std::optional<SnapshotRow>> takeText(std::string_view line);
    /// Of the second line; before that nothing that means something.
    Revision revision() const noexcept { return _revision; }
    bool hasRevision() const noexcept { return _lines > 1; }
    /// The line of the end came, whether it was right or not.
    bool isEnded() const noexcept { return _isEnded; }
    /// Behind the last line; `isCut` when something without a line's end follows.
    Result<void> finish(bool isCut) const;

private:
    Result<std::optional<SnapshotRow>> takeHead(std::string_view line);
    Result<std::optional<SnapshotRow>> takeEnd(std::string_view end);

    node::KeccakStream _hash;
    Revision _revision;
    std::size_t _lines = 0;
    std::size_t _rows = 0;
    bool _isEnded = false;
};

} // namespace waymark::registry
