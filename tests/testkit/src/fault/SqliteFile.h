#pragma once

#include "Domain.h"

#include <filesystem>
#include <memory>
#include <sqlite3.h>

namespace waymark::testkit::fault
{

/// A file that SQLite has open in a domain. SQLite gives it memory of sizeof(SqliteFile) and, behind that,
/// of the size that the real VFS wants.
class SqliteFile : public sqlite3_file // SQLite's pointers lead to that
{
public:
    /// Opens `name` through `real` into the memory at `file`. A result code of SQLite; xClose is only called
    /// after SQLITE_OK.
    static int open(sqlite3_vfs* real, const std::shared_ptr<Domain>& domain, const char* name,
                    sqlite3_file* file, int flags, int* outFlags);

    /// As in sqlite3_io_methods.
    int close() noexcept;
    int read(void* buffer, int size, sqlite3_int64 offset);
    int write(const void* data, int size, sqlite3_int64 offset);
    int truncate(sqlite3_int64 size);
    int sync();
    int lock(int level);
    int control(int operation, void* argument);
    int mapShared(int region, int size, int extend, void volatile** memory);
    int lockShared(int offset, int count, int flags);

    sqlite3_file* real() noexcept;

private:
    SqliteFile(std::shared_ptr<Domain> domain, std::filesystem::path path, Domain::Generation generation);

    UnsyncedContent::Reader reader();
    std::uint64_t size();
    bool isDead() const;

    std::shared_ptr<Domain> _domain;
    std::filesystem::path _path;
    std::shared_ptr<UnsyncedContent> _content;
    Domain::Generation _generation;
    bool _syncsFolder = false; ///< with its next sync, as SQLite does for a log that it may have made
};

/// The functions that a SqliteFile is called by.
const sqlite3_io_methods& sqliteFileMethods() noexcept;

} // namespace waymark::testkit::fault
