#include "RowLoader.h"

#include <algorithm>
#include <string>
#include <thread>
#include <utility>

namespace waymark::registry
{

RowLoader::RowLoader(RegistryState& state)
    : _state(state), _decoders(std::clamp(std::thread::hardware_concurrency(), 1U, 8U))
{
}

Result<void> RowLoader::take(SnapshotRow row)
{
    _gathered.push_back(row);
    if (_gathered.size() < together)
        return {};
    decodeGathered();
    return load(_decoders);
}

Result<void> RowLoader::finish()
{
    decodeGathered();
    return load(0);
}

void RowLoader::decodeGathered()
{
    // Without a thread to be had it is done in load().
    _decoding.push_back(std::async(std::launch::async | std::launch::deferred,
                                   [rows = std::exchange(_gathered, {})] { return decode(rows); }));
}

Result<void> RowLoader::load(std::size_t left)
{
    while (_decoding.size() > left) {
        auto rows = _decoding.front().get();
        _decoding.pop_front();
        if (!rows)
            return failure(std::move(rows.error()));
        if (auto loaded = _state.load(*rows); !loaded)
            return loaded;
    }
    return {};
}

RowLoader::Checked RowLoader::decode(const std::vector<SnapshotRow>& rows)
{
    std::vector<CheckedRow> checked;
    checked.reserve(rows.size());
    for (const SnapshotRow& row : rows) {
        auto decoded = row.decode();
        if (!decoded)
            return failure(std::move(decoded.error()));
        auto one = CheckedRow::check(std::move(*decoded));
        if (!one)
            return failure(std::move(one.error()).in("line " + std::to_string(row.line)));
        checked.push_back(std::move(*one));
    }
    return checked;
}

} // namespace waymark::registry
