#include "SqliteVfs.h"

#include "Domains.h"
#include "SqliteFile.h"

#include <mutex>
#include <sqlite3.h>
#include <stdexcept>

namespace waymark::testkit::fault
{

namespace
{

sqlite3_vfs* systemVfs = nullptr; ///< set before the other VFS is registered

int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* outFlags) noexcept
{
    const auto domain = name != nullptr ? Domains::all().find(name) : nullptr;
    if (!domain)
        return systemVfs->xOpen(systemVfs, name, file, flags, outFlags);
    return SqliteFile::open(systemVfs, domain, name, file, flags, outFlags);
}

int remove(sqlite3_vfs*, const char* name, int syncFolder) noexcept
{
    const auto domain = Domains::all().find(name);
    if (!domain)
        return systemVfs->xDelete(systemVfs, name, syncFolder);
    const std::filesystem::path path(name);
    Domain::Step step(*domain, Operation::name, path, domain->generation());
    if (step.refusal() != Refusal::none)
        return SQLITE_IOERR_DELETE;
    if (std::filesystem::exists(path))
        domain->removing(path);
    const int code = systemVfs->xDelete(systemVfs, name, 0);
    if (step.endsInCut())
        return SQLITE_IOERR_DELETE;
    if (code == SQLITE_OK && syncFolder != 0 && !domain->ignoresSyncs())
        domain->folderSynced(path.parent_path());
    return code;
}

int access(sqlite3_vfs*, const char* name, int flags, int* result) noexcept
{
    const auto domain = Domains::all().find(name);
    if (domain && domain->isCut())
        return SQLITE_IOERR_ACCESS;
    return systemVfs->xAccess(systemVfs, name, flags, result);
}

/// The rest has nothing to do with files: it is the system's, called with the system's VFS.
sqlite3_vfs makeVfs() noexcept
{
    sqlite3_vfs vfs{};
    vfs.iVersion = 2;
    vfs.szOsFile = static_cast<int>(sizeof(SqliteFile)) + systemVfs->szOsFile;
    vfs.mxPathname = systemVfs->mxPathname;
    vfs.zName = "waymark-fault";
    vfs.xOpen = open;
    vfs.xDelete = remove;
    vfs.xAccess = access;
    vfs.xFullPathname = [](sqlite3_vfs*, const char* name, int size, char* out) noexcept {
        return systemVfs->xFullPathname(systemVfs, name, size, out);
    };
    vfs.xDlOpen = [](sqlite3_vfs*, const char* file) noexcept {
        return systemVfs->xDlOpen(systemVfs, file);
    };
    vfs.xDlError = [](sqlite3_vfs*, int size, char* message) noexcept {
        systemVfs->xDlError(systemVfs, size, message);
    };
    vfs.xDlSym = [](sqlite3_vfs*, void* library, const char* symbol) noexcept {
        return systemVfs->xDlSym(systemVfs, library, symbol);
    };
    vfs.xDlClose = [](sqlite3_vfs*, void* library) noexcept {
        systemVfs->xDlClose(systemVfs, library);
    };
    vfs.xRandomness = [](sqlite3_vfs*, int size, char* out) noexcept {
        return systemVfs->xRandomness(systemVfs, size, out);
    };
    vfs.xSleep = [](sqlite3_vfs*, int microseconds) noexcept {
        return systemVfs->xSleep(systemVfs, microseconds);
    };
    vfs.xCurrentTime = [](sqlite3_vfs*, double* time) noexcept {
        return systemVfs->xCurrentTime(systemVfs, time);
    };
    vfs.xGetLastError = [](sqlite3_vfs*, int size, char* message) noexcept {
        return systemVfs->xGetLastError(systemVfs, size, message);
    };
    vfs.xCurrentTimeInt64 = [](sqlite3_vfs*, sqlite3_int64* time) noexcept {
        return systemVfs->xCurrentTimeInt64(systemVfs, time);
    };
    return vfs;
}

} // namespace

void installSqliteVfs()
{
    static std::once_flag once;
    std::call_once(once, [] {
        systemVfs = ::sqlite3_vfs_find(nullptr);
        static sqlite3_vfs vfs = makeVfs();
        if (::sqlite3_vfs_register(&vfs, 1) != SQLITE_OK)
            throw std::runtime_error("SQLite does not take the VFS that injects faults");
    });
}

} // namespace waymark::testkit::fault
