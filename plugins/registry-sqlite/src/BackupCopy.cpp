#include "BackupCopy.h"

#include <waymark/base/AtomicFile.h>

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <memory>
#include <stdexcept>
#include <string>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace waymark::registry
{

namespace
{

struct Close
{
    void operator()(sqlite3* connection) const noexcept { ::sqlite3_close(connection); }
};

[[noreturn]] void giveUp(const std::filesystem::path& file, const std::string& why)
{
    throw std::runtime_error("its copy " + file.string() + " cannot be written: " + why);
}

std::string systemMessage()
{
    return std::generic_category().message(errno);
}

std::filesystem::path freeName(const std::filesystem::path& wanted)
{
    auto name = wanted;
    for (int number = 2; std::filesystem::exists(std::filesystem::symlink_status(name)); ++number)
        name = wanted.string() + '-' + std::to_string(number);
    return name;
}

/// A new file of mode 0600, under a name that nobody can foresee.
std::filesystem::path createBeside(const std::filesystem::path& file)
{
    std::string name = unfinishedPattern(file);
    const int descriptor = systemFiles().openTemporary(name.data(), O_CLOEXEC);
    if (descriptor < 0)
        giveUp(file, systemMessage());
    ::close(descriptor);
    return name;
}

/// SQLite syncs the copy when it commits it.
void copyPages(sqlite3* from, const std::filesystem::path& file)
{
    sqlite3* opened = nullptr;
    const int code =
        ::sqlite3_open_v2(file.c_str(), &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
    const std::unique_ptr<sqlite3, Close> copy(opened);
    if (code != SQLITE_OK)
        giveUp(file, ::sqlite3_errstr(code));
    ::sqlite3_exec(copy.get(), "PRAGMA synchronous = FULL", nullptr, nullptr, nullptr);
    sqlite3_backup* const backup = ::sqlite3_backup_init(copy.get(), "main", from, "main");
    if (backup == nullptr)
        giveUp(file, ::sqlite3_errmsg(copy.get()));
    constexpr int allPages = -1;
    const int copied = ::sqlite3_backup_step(backup, allPages);
    const int finished = ::sqlite3_backup_finish(backup);
    if (copied != SQLITE_DONE || finished != SQLITE_OK)
        giveUp(file, ::sqlite3_errstr(copied != SQLITE_DONE ? copied : finished));
}

void syncFolder(const std::filesystem::path& file)
{
    const int descriptor = ::open(file.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool synced = descriptor >= 0 && ::fsync(descriptor) == 0;
    const std::string why = synced ? "" : systemMessage();
    if (descriptor >= 0)
        ::close(descriptor);
    if (!synced)
        giveUp(file, why);
}

} // namespace

std::filesystem::path backUp(sqlite3* database, const std::filesystem::path& wanted)
{
    const auto name = freeName(wanted);
    removeUnfinished(name);
    const std::filesystem::path unfinished = createBeside(name);
    try {
        copyPages(database, unfinished);
        if (std::rename(unfinished.c_str(), name.c_str()) != 0)
            giveUp(name, systemMessage());
        syncFolder(name);
    } catch (const std::runtime_error&) {
        std::error_code ignored;
        for (const char* const suffix : {"", "-journal", "-wal", "-shm"})
            std::filesystem::remove(unfinished.string() + suffix, ignored);
        throw;
    }
    return name;
}

} // namespace waymark::registry
