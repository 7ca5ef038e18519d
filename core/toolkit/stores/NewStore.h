#pragma once

#include "stores/StoreFormats.h"

#include <waymark/base/LockFile.h>

namespace waymark::toolkit::stores
{

/// A store that is made: under a name of its own beside it (unfinishedPattern()) until keep() gives it its
/// name, whole and synced. Without keep() nothing of it stays, and no other file is touched. Its lock is held
/// meanwhile.
///
/// For root it gets the owner of what it replaces, else of its folder: the daemon's user must be able to open
/// it.
class NewStore
{
public:
    /// Errors: io (what is there is not replaced unless `replaces`, and then only a regular file),
    /// lockedDatabase.
    static Outcome<NewStore> begin(Store store, bool replaces);
    NewStore(NewStore&& other) noexcept = default;
    NewStore& operator=(NewStore&&) = delete;
    ~NewStore();

    const std::filesystem::path& file() const noexcept { return _store.file; }
    const registry::StoreFormat& format() const noexcept { return *_store.format; }
    registry::StoreSink& sink() noexcept { return *_sink; }

    /// After the sink's end. Once.
    Outcome<void> keep();

private:
    NewStore(Store store, bool isThere, LockFile lock, std::filesystem::path fresh,
             std::unique_ptr<registry::StoreSink> sink)
        : _store(std::move(store)),
          _isThere(isThere),
          _lock(std::move(lock)),
          _fresh(std::move(fresh)),
          _sink(std::move(sink))
    {
    }
    Result<void> moveInPlace() const;

    Store _store;
    bool _isThere; ///< another one, which is replaced
    LockFile _lock;
    std::filesystem::path _fresh; ///< its name until then
    std::unique_ptr<registry::StoreSink> _sink;
};

} // namespace waymark::toolkit::stores
