#pragma once

#include "stores/KeySet.h"
#include "stores/Outcome.h"

#include <waymark/base/Clock.h>
#include <waymark/plugin/Command.h>
#include <waymark/registry/StoreFormat.h>
#include <waymark/toolkit/Interruption.h>
#include <waymark/toolkit/Progress.h>

#include <cstdint>
#include <functional>
#include <string>

namespace waymark::toolkit::stores
{

/// What went from one store to another.
struct Moved
{
    registry::Revision revision;
    std::uint64_t claims = 0;
    std::uint64_t tombstones = 0;
};

/// Passes rows on after it has looked at them: what no registry can have written does not get into a store
/// that a daemon would then refuse. Shows progress, and ends at SIGINT and SIGTERM.
class Transfer final : private registry::StoreSink
{
public:
    using Read = std::function<Result<void>(registry::StoreSink&)>;

    /// `verb` as in Progress. All that is borrowed outlives it.
    Transfer(const plugin::CommandContext& context, const Interruption& interruption, std::string verb,
             registry::StoreSink& target);

    /// Once. `source` and `destination` stand for both in messages. Afterwards `target` was ended, or there
    /// is a Failure.
    Outcome<Moved> run(const Read& read, const std::string& source, const std::string& destination);

private:
    /// As shells tell of SIGINT.
    static constexpr int interruptedCode = 130;

    Result<void> begin(const registry::StoreHead& head) override;
    Result<void> take(std::vector<registry::StoredRow> rows) override;
    Result<void> end() override;
    Result<registry::StoredRow> look(registry::StoredRow row);
    Result<void> told(Result<void> byTarget);

    registry::StoreSink& _target;
    const Interruption& _interruption;
    SystemClock _clock;
    Progress _progress;
    KeySet _keys;
    Moved _moved;
    std::optional<std::uint64_t> _total;
    bool _hasTargetFailed = false;
};

} // namespace waymark::toolkit::stores
