#include "Rewriting.h"

#include <algorithm>
#include <array>

namespace waymark::registry
{

namespace
{

/// https://www.sqlite.org/walformat.html, section 2.3: whoever brings the log into the database holds it.
constexpr int checkpointLock = 1;

/// Null when there is none: `control` says which of the connection's files is meant.
sqlite3_file* fileOf(sqlite3* connection, int control) noexcept
{
    sqlite3_file* file = nullptr;
    const int code = ::sqlite3_file_control(connection, nullptr, control, static_cast<void*>(&file));
    return code == SQLITE_OK && file != nullptr && file->pMethods != nullptr ? file : nullptr;
}

int rewrite(sqlite3_file& file) noexcept
{
    std::array<char, 32'768> bytes{};
    const auto most = static_cast<sqlite3_int64>(bytes.size());
    sqlite3_int64 size = 0;
    int code = file.pMethods->xFileSize(&file, &size);
    for (sqlite3_int64 at = 0; code == SQLITE_OK && at < size; at += most) {
        const int part = static_cast<int>(std::min(most, size - at));
        code = file.pMethods->xRead(&file, bytes.data(), part, at);
        if (code == SQLITE_OK)
            code = file.pMethods->xWrite(&file, bytes.data(), part, at);
    }
    return code == SQLITE_OK ? file.pMethods->xSync(&file, SQLITE_SYNC_NORMAL) : code;
}

} // namespace

int rewriteLog(sqlite3* connection) noexcept
{
    sqlite3_file* const log = fileOf(connection, SQLITE_FCNTL_JOURNAL_POINTER);
    return log == nullptr ? SQLITE_CANTOPEN : rewrite(*log);
}

int rewriteDatabase(sqlite3* connection) noexcept
{
    sqlite3_file* const database = fileOf(connection, SQLITE_FCNTL_FILE_POINTER);
    if (database == nullptr)
        return SQLITE_CANTOPEN;
    const auto lock = [&](int how) {
        return database->pMethods->xShmLock(database, checkpointLock, 1, how | SQLITE_SHM_EXCLUSIVE);
    };
    if (const int code = lock(SQLITE_SHM_LOCK); code != SQLITE_OK)
        return code;
    const int code = rewrite(*database);
    lock(SQLITE_SHM_UNLOCK);
    return code;
}

sqlite3_int64 sizeOfLog(sqlite3* connection) noexcept
{
    sqlite3_int64 size = 0;
    if (sqlite3_file* const log = fileOf(connection, SQLITE_FCNTL_JOURNAL_POINTER); log != nullptr)
        log->pMethods->xFileSize(log, &size);
    return size;
}

} // namespace waymark::registry
