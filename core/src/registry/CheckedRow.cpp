#include "registry/ClaimRules.h"

#include <waymark/registry/CheckedRow.h>

namespace waymark::registry
{

namespace
{

tl::unexpected<Error> corrupt(const node::PeerId& peer, const std::string& what)
{
    return failure(ErrorCode::corrupt, "stored peer " + peer.toString() + ": " + what);
}

Result<void> checkRow(const ClaimRow& row)
{
    auto checked = checkClaim(row.origin, *row.peer);
    if (checked)
        checked = checkTtl(row.lease.ttl);
    if (!checked)
        return corrupt(row.peer->id, checked.error().message);
    if (row.peer->enr && (!row.enrSeq || *row.enrSeq < row.peer->enr->seq()))
        return corrupt(row.peer->id, "the remembered ENR seq is missing or lower than that of its ENR");
    return {};
}

Result<void> checkRow(const TombstoneRow& row)
{
    if (auto checked = checkOrigin(row.origin); !checked)
        return corrupt(row.peer, checked.error().message);
    return {};
}

const node::PeerId& peerOf(const ClaimRow& row) noexcept
{
    return row.peer->id;
}

const node::PeerId& peerOf(const TombstoneRow& row) noexcept
{
    return row.peer;
}

} // namespace

CheckedRow::CheckedRow(StoredRow row) : _row(std::move(row))
{
    if (!std::holds_alternative<ClaimRow>(_row))
        return;
    if (const auto key = peer().publicKey())
        _nodeId = key->nodeId();
}

Result<CheckedRow> CheckedRow::check(StoredRow row)
{
    if (auto checked = std::visit([](const auto& kind) { return checkRow(kind); }, row); !checked)
        return failure(std::move(checked.error()));
    return CheckedRow(std::move(row));
}

Result<std::vector<CheckedRow>> CheckedRow::check(std::vector<StoredRow> rows)
{
    std::vector<CheckedRow> checked;
    checked.reserve(rows.size());
    for (StoredRow& row : rows) {
        auto one = check(std::move(row));
        if (!one)
            return failure(std::move(one.error()));
        checked.push_back(std::move(*one));
    }
    return checked;
}

const node::PeerId& CheckedRow::peer() const noexcept
{
    return std::visit([](const auto& kind) -> const node::PeerId& { return peerOf(kind); }, _row);
}

} // namespace waymark::registry
