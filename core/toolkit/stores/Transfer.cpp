#include "stores/Transfer.h"

#include <waymark/registry/CheckedRow.h>

#include <utility>

namespace waymark::toolkit::stores
{

using namespace waymark::registry;

Transfer::Transfer(const plugin::CommandContext& context, const Interruption& interruption, std::string verb,
                   StoreSink& target)
    : _target(target), _interruption(interruption), _progress(context, _clock, std::move(verb))
{
}

Outcome<Moved> Transfer::run(const Read& read, const std::string& source, const std::string& destination)
{
    const auto done = read(*this);
    _progress.wipe();
    if (done)
        return _moved;
    if (_interruption.requested())
        return tl::unexpected(Failure(interruptedCode, "interrupted; nothing was changed"));
    return tl::unexpected(failureOf(_hasTargetFailed ? destination : source, done.error()));
}

Result<void> Transfer::begin(const StoreHead& head)
{
    _moved.revision = head.revision;
    _total = head.rows;
    return told(_target.begin(head));
}

Result<void> Transfer::take(std::vector<StoredRow> rows)
{
    if (_interruption.requested())
        return failure(ErrorCode::unavailable, "interrupted");
    for (StoredRow& row : rows) {
        auto looked = look(std::move(row));
        if (!looked)
            return failure(looked.error());
        row = std::move(*looked);
    }
    _progress.update(_moved.claims + _moved.tombstones, _total);
    return told(_target.take(std::move(rows)));
}

Result<StoredRow> Transfer::look(StoredRow row)
{
    auto checked = CheckedRow::check(std::move(row));
    if (!checked)
        return failure(checked.error());
    StoredRow good = std::move(*checked).take();
    if (const auto* const claim = std::get_if<ClaimRow>(&good)) {
        ++_moved.claims;
        _keys.add(claim->peer->id.toString() + ' ' + claim->origin);
    } else {
        const auto& tombstone = std::get<TombstoneRow>(good);
        ++_moved.tombstones;
        _keys.add(tombstone.peer.toString() + ' ' + tombstone.origin);
        _keys.add(std::to_string(tombstone.order));
    }
    return good;
}

Result<void> Transfer::end()
{
    if (_keys.hasTwice())
        return failure(ErrorCode::corrupt, "an origin has two rows for one peer, or two tombstones one place "
                                           "in their order");
    return told(_target.end());
}

Result<void> Transfer::told(Result<void> byTarget)
{
    _hasTargetFailed = !byTarget;
    return byTarget;
}

} // namespace waymark::toolkit::stores
