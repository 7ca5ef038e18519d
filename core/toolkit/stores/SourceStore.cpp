#include "stores/SourceStore.h"

#include <system_error>
#include <utility>

namespace waymark::toolkit::stores
{

using plugin::ExitCode;

namespace
{

tl::unexpected<Failure> inUse(const Store& store, const std::filesystem::path& lock)
{
    return ended(ExitCode::lockedDatabase, store.file.string() + " is in use by a daemon" +
                                               LockFile::holderOf(lock) +
                                               ": stop it first, or ask it (waymark peers list)");
}

} // namespace

Outcome<SourceStore> SourceStore::open(Store store)
{
    std::error_code error;
    const auto status = std::filesystem::status(store.file, error);
    if (!std::filesystem::is_regular_file(status))
        return ended(ExitCode::io,
                     store.file.string() +
                         (std::filesystem::exists(status) ? " is no regular file" : " is not there"));
    const auto name = store.format->lockOf(store.file);
    // None is made: one that a kill left would keep out a daemon of another user.
    if (!std::filesystem::exists(name, error))
        return SourceStore(std::move(store), std::nullopt);
    auto lock = LockFile::take(name);
    if (lock)
        return SourceStore(std::move(store), std::move(*lock));
    if (lock.error().code == ErrorCode::conflict)
        return inUse(store, name);
    // Where nothing can be written it can still be looked at.
    const auto held = LockFile::isHeld(name);
    if (!held)
        return ended(ExitCode::io, held.error().message);
    if (*held)
        return inUse(store, name);
    return SourceStore(std::move(store), std::nullopt);
}

} // namespace waymark::toolkit::stores
