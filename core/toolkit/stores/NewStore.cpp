#include "stores/NewStore.h"

#include <waymark/base/AtomicFile.h>

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace waymark::toolkit::stores
{

namespace fs = std::filesystem;
using plugin::ExitCode;

namespace
{

fs::path folderOf(const fs::path& file)
{
    return file.has_parent_path() ? file.parent_path() : fs::path(".");
}

Outcome<void> checkPlace(const fs::path& file, bool replaces)
{
    std::error_code error;
    const auto status = fs::symlink_status(file, error);
    if (!fs::exists(status)) {
        if (fs::is_directory(folderOf(file), error))
            return {};
        return ended(ExitCode::io, "there is no folder " + folderOf(file).string());
    }
    if (fs::is_symlink(status))
        return ended(ExitCode::io, file.string() + " is a symbolic link: name the file that it leads to");
    if (!fs::is_regular_file(status))
        return ended(ExitCode::io, file.string() + " is no regular file");
    if (!replaces)
        return ended(ExitCode::io, file.string() + " exists already; --force replaces it");
    return {};
}

/// A name beside the file that nobody can foresee and nothing has: its format makes the file, and none else.
Result<fs::path> freshName(const fs::path& file)
{
    std::string name = unfinishedPattern(file);
    const int descriptor = systemFiles().openTemporary(name.data(), O_CLOEXEC);
    if (descriptor < 0)
        return failure(ErrorCode::io, "cannot be created: " + std::generic_category().message(errno));
    ::close(descriptor);
    ::unlink(name.c_str());
    return fs::path(name);
}

Result<void> giveToOwner(const fs::path& fresh, const fs::path& file)
{
    struct stat owner = {};
    const bool isKnown = ::stat(file.c_str(), &owner) == 0 || ::stat(folderOf(file).c_str(), &owner) == 0;
    if (::geteuid() != 0 || !isKnown)
        return {};
    if (::chown(fresh.c_str(), owner.st_uid, owner.st_gid) != 0)
        return failure(ErrorCode::io,
                       "cannot be given to the daemon's user: " + std::generic_category().message(errno));
    return {};
}

Result<void> syncFolder(const fs::path& folder)
{
    const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool isSynced = descriptor >= 0 && ::fsync(descriptor) == 0;
    const int code = errno;
    if (descriptor >= 0)
        ::close(descriptor);
    if (isSynced)
        return {};
    return failure(ErrorCode::io, "its folder cannot be synced: " + std::generic_category().message(code));
}

} // namespace

Outcome<NewStore> NewStore::begin(Store store, bool replaces)
{
    if (auto place = checkPlace(store.file, replaces); !place)
        return tl::unexpected(place.error());
    const auto name = store.format->lockOf(store.file);
    auto lock = LockFile::take(name, LockFile::AtEnd::removeWhatItMade);
    if (!lock && lock.error().code == ErrorCode::conflict)
        return ended(ExitCode::lockedDatabase, store.file.string() + " is in use by a daemon" +
                                                   LockFile::holderOf(name) + ": stop it first");
    if (!lock)
        return ended(ExitCode::io, lock.error().message);
    if (auto given = giveToOwner(name, store.file); !given)
        return tl::unexpected(failureOf(name, given.error()));
    std::error_code ignored;
    const bool isThere = fs::exists(store.file, ignored);
    removeUnfinished(store.file);
    auto fresh = freshName(store.file);
    if (!fresh)
        return tl::unexpected(failureOf(store.file, fresh.error()));
    auto sink = store.format->create(*fresh);
    if (!sink) {
        ::unlink(fresh->c_str());
        return tl::unexpected(failureOf(store.file, sink.error()));
    }
    return NewStore(std::move(store), isThere, std::move(*lock), std::move(*fresh), std::move(*sink));
}

NewStore::~NewStore()
{
    if (!_sink)
        return; // kept, or moved from
    _sink.reset();
    ::unlink(_fresh.c_str());
}

Outcome<void> NewStore::keep()
{
    auto moved = giveToOwner(_fresh, _store.file).and_then([this] { return moveInPlace(); });
    if (!moved)
        return tl::unexpected(failureOf(_store.file, moved.error()));
    _sink.reset();
    return {};
}

Result<void> NewStore::moveInPlace() const
{
    if (_isThere)
        return _store.format->replace(_fresh, _store.file);
    // Nothing was there: what came to be meanwhile stays.
    if (::link(_fresh.c_str(), _store.file.c_str()) == 0)
        ::unlink(_fresh.c_str());
    else if (errno == EEXIST)
        return failure(ErrorCode::io, "has come to be meanwhile and is not replaced");
    else
        return _store.format->replace(_fresh, _store.file); // a file system without links
    return syncFolder(folderOf(_store.file));
}

} // namespace waymark::toolkit::stores
