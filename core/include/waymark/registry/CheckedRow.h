#pragma once

#include <waymark/base/Result.h>
#include <waymark/registry/RegistryPlan.h>

#include <optional>
#include <utility>
#include <vector>

namespace waymark::registry
{

/// A stored row of which it is known that a plan can have written it, as far as it alone tells. A value;
/// there is none that was not checked. Checking looks at nothing else: any thread may do it.
class CheckedRow
{
public:
    /// `corrupt`, with the peer's id and what is wrong of it.
    static Result<CheckedRow> check(StoredRow row);
    /// All of them, or the first that is `corrupt`.
    static Result<std::vector<CheckedRow>> check(std::vector<StoredRow> rows);

    const node::PeerId& peer() const noexcept;
    /// Of the peer of a claim; nothing for one that is not eth, and of tombstones, whom no index knows.
    const std::optional<node::Hash256>& nodeId() const noexcept { return _nodeId; }
    /// Leaves nothing here.
    StoredRow take() && noexcept { return std::move(_row); }

private:
    explicit CheckedRow(StoredRow row);

    StoredRow _row;
    std::optional<node::Hash256> _nodeId;
};

} // namespace waymark::registry
