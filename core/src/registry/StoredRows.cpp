#include "registry/StoredRowsContent.h"

#include <algorithm>
#include <utility>

namespace waymark::registry
{

using table::PackedClaim;
using table::PackedClaims;

StoredRows::Content::Content(const ClaimTable& table, Revision at) : revision(at), origins(table.origins())
{
    std::size_t bytes = 0;
    table.eachAfter(std::nullopt, [&](const PackedClaims& peer) {
        claims += peer.size();
        bytes += static_cast<std::size_t>(peer.end() - peer.begin());
        return true;
    });
    packed.reserve(bytes);
    table.eachAfter(std::nullopt, [&](const PackedClaims& peer) {
        packed.insert(packed.end(), peer.begin(), peer.end());
        return true;
    });
    tombstones.reserve(table.tombstones.size());
    for (const auto& [order, key] : table.tombstones.byAge())
        tombstones.push_back(table.tombstones.row(key));
}

StoredRows::StoredRows(std::unique_ptr<Content> content) : _content(std::move(content)) {}

StoredRows::StoredRows(StoredRows&& other) noexcept = default;

StoredRows& StoredRows::operator=(StoredRows&& other) noexcept = default;

StoredRows::~StoredRows() = default;

Revision StoredRows::revision() const noexcept
{
    return _content->revision;
}

std::size_t StoredRows::size() const noexcept
{
    return _content->claims + _content->tombstones.size();
}

std::optional<StoredRow> StoredRows::next()
{
    Content& from = *_content;
    if (from.open.empty() && from.nextBlock < from.packed.size()) {
        const PackedClaims peer(from.packed.data() + from.nextBlock);
        const node::PeerId id = peer.id();
        peer.each([&](const PackedClaim& claim) {
            from.open.push_back(claim.row(id, from.origins));
            return true;
        });
        std::ranges::reverse(from.open);
        from.nextBlock += static_cast<std::size_t>(peer.end() - peer.begin());
    }
    if (!from.open.empty()) {
        StoredRow row = std::move(from.open.back());
        from.open.pop_back();
        return row;
    }
    if (from.nextTombstone < from.tombstones.size())
        return std::move(from.tombstones[from.nextTombstone++]);
    return std::nullopt;
}

} // namespace waymark::registry
