#pragma once

#include "stores/StoreFormats.h"

#include <waymark/base/LockFile.h>

#include <optional>

namespace waymark::toolkit::stores
{

/// A store that no daemon uses, to be read. Where a daemon once left its lock file none starts meanwhile,
/// unless the file may not be written to; else the format notices what changes under it.
class SourceStore
{
public:
    /// Errors: io, lockedDatabase with who has it.
    static Outcome<SourceStore> open(Store store);

    const std::filesystem::path& file() const noexcept { return _store.file; }
    const registry::StoreFormat& format() const noexcept { return *_store.format; }
    Result<void> read(registry::StoreSink& sink) const { return _store.format->read(_store.file, sink); }

private:
    SourceStore(Store store, std::optional<LockFile> lock) : _store(std::move(store)), _lock(std::move(lock))
    {
    }

    Store _store;
    std::optional<LockFile> _lock;
};

} // namespace waymark::toolkit::stores
