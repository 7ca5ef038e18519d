#pragma once

#include "SnapshotRow.h"

#include <waymark/base/Result.h>
#include <waymark/registry/CheckedRow.h>
#include <waymark/registry/RegistryState.h>

#include <cstddef>
#include <deque>
#include <future>
#include <vector>

namespace waymark::registry
{

/// Brings the rows of a snapshot into a state, in their order. Threads of its own decode and check them. Used
/// by one thread; the texts must outlive it.
class RowLoader
{
public:
    explicit RowLoader(RegistryState& state);

    /// What is wrong with a row may be found out later; nothing behind it is loaded then, but parts of what
    /// came before. Call nothing more after an error.
    Result<void> take(SnapshotRow row);
    /// Behind the last.
    Result<void> finish();

private:
    using Checked = Result<std::vector<CheckedRow>>;
    static constexpr std::size_t together = 4096;

    static Checked decode(const std::vector<SnapshotRow>& rows);
    void decodeGathered();
    /// Until so few are being decoded.
    Result<void> load(std::size_t left);

    RegistryState& _state;
    const std::size_t _decoders;
    std::vector<SnapshotRow> _gathered;
    std::deque<std::future<Checked>> _decoding; ///< in order
};

} // namespace waymark::registry
