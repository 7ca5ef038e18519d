#include "Database.h"

#include "BackupCopy.h"
#include "Rewriting.h"

#include <waymark/plugin/Plugin.h>

#include <Poco/Data/SQLite/SQLiteException.h>
#include <Poco/Data/SQLite/Utility.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <fcntl.h>
#include <sqlite3.h>
#include <string_view>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace waymark::registry
{

using plugin::ExitCode;
using plugin::StartError;
using Poco::Data::Keywords::into;
using Poco::Data::Keywords::now;
namespace sqlite = Poco::Data::SQLite;

namespace
{

[[noreturn]] void refuse(ExitCode code, const std::filesystem::path& file, const std::string& what)
{
    throw StartError(code, file.string() + ' ' + what);
}

[[noreturn]] void refuseDamaged(const std::filesystem::path& file, const std::string& what)
{
    refuse(ExitCode::corruptData, file,
           what + ": restore it from a backup, or save what is readable with `waymark registry repair " +
               file.string() + '`');
}

std::string systemMessage(int error)
{
    return std::generic_category().message(error);
}

/// Before the lock file is created in it.
std::filesystem::path withFolder(const std::filesystem::path& file)
{
    std::filesystem::path folder;
    for (const auto& part : file.parent_path()) {
        folder /= part;
        if (::mkdir(folder.c_str(), S_IRWXU) != 0 && errno != EEXIST && errno != EROFS)
            refuse(ExitCode::configuration, folder, "cannot be created: " + systemMessage(errno));
    }
    return file;
}

/// The start of the file (https://www.sqlite.org/fileformat.html, section 1.3).
class Header
{
public:
    static constexpr std::string_view magic{"SQLite format 3\0", 16};

    explicit Header(int descriptor)
    {
        const ssize_t size = ::pread(descriptor, _bytes.data(), _bytes.size(), 0);
        _size = static_cast<std::size_t>(std::max<ssize_t>(size, 0));
    }

    bool empty() const noexcept { return _size == 0; }
    /// Of a database, and ends in the midst of it.
    bool isCut() const noexcept
    {
        const std::string_view text(_bytes.data(), std::min(_size, magic.size()));
        return _size < _bytes.size() && magic.starts_with(text);
    }
    bool isDatabase() const noexcept
    {
        return std::string_view(_bytes.data(), std::min(_size, magic.size())) == magic;
    }
    /// How long the file should be; 0 when the header does not say.
    std::uint64_t fileSize() const noexcept
    {
        constexpr std::size_t pageSizeAt = 16, changesAt = 24, pagesAt = 28, changesOfPagesAt = 92;
        if (number(changesAt, 4) != number(changesOfPagesAt, 4))
            return 0;
        const std::uint64_t pageSize = number(pageSizeAt, 2);
        return number(pagesAt, 4) * (pageSize == 1 ? 65536 : pageSize);
    }

private:
    std::uint64_t number(std::size_t at, std::size_t size) const noexcept
    {
        std::uint64_t value = 0;
        for (std::size_t i = at; i < at + size; ++i)
            value = value << 8 | static_cast<unsigned char>(_bytes[i]);
        return value;
    }

    std::array<char, 100> _bytes{};
    std::size_t _size = 0;
};

/// Also when there is none.
bool isEmpty(const std::filesystem::path& file)
{
    std::error_code missing;
    const auto size = std::filesystem::file_size(file, missing);
    return missing || size == 0;
}

/// Creates the file with the right mode, or looks whether what is there can be the one. What it is on disk.
std::pair<dev_t, ino_t> prepareFile(const std::filesystem::path& file)
{
    const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
    if (descriptor < 0 && errno == ELOOP)
        refuse(ExitCode::configuration, file,
               "is a symbolic link to nothing: name the file that it should lead to");
    if (descriptor < 0)
        refuse(ExitCode::configuration, file,
               "cannot be opened for writing: " + systemMessage(errno) +
                   ": the registry needs a file that the daemon's user may write to");
    struct stat status = {};
    ::fstat(descriptor, &status);
    const Header header(descriptor);
    ::close(descriptor);
    if (!S_ISREG(status.st_mode))
        refuse(ExitCode::configuration, file, "is no regular file");
    // The lock lies beside one name: whoever comes by another would not see it.
    if (status.st_nlink > 1)
        refuse(ExitCode::configuration, file,
               "has " + std::to_string(status.st_nlink) +
                   " names (hard links), and only one of them can be locked: remove the others "
                   "(find -samefile shows them), or copy the file and name the copy");
    const std::pair identity{status.st_dev, status.st_ino};
    // SQLite takes an empty file for a new database, and would remove the log beside it as one of another.
    if (header.empty() && !isEmpty(file.string() + "-wal"))
        refuseDamaged(file, "is empty (0 bytes) and its log is not");
    if (header.empty())
        return identity;
    // What a crash left of a transaction is undone by SQLite; only then does the file say what it is.
    if (!isEmpty(file.string() + "-journal"))
        return identity;
    if (header.isCut())
        refuseDamaged(file, "is too short for a database (" + std::to_string(status.st_size) + " bytes)");
    if (!header.isDatabase())
        refuseDamaged(file, "is no SQLite database");
    // SQLite reads what is missing at the end as zeros. While there is a log, the end may be in it.
    const auto size = static_cast<std::uint64_t>(status.st_size);
    if (isEmpty(file.string() + "-wal") && size < header.fileSize())
        refuseDamaged(file, "is truncated (" + std::to_string(size) + " bytes of " +
                                std::to_string(header.fileSize()) + ")");
    return identity;
}

/// Of what PRAGMA quick_check says. A heading ("*** in database main ***") stands before what is wrong with a
/// tree.
std::string firstFinding(const std::string& verdict)
{
    const auto end = verdict.find('\n');
    if (end == std::string::npos || !verdict.starts_with("***"))
        return verdict.substr(0, end);
    return firstFinding(verdict.substr(end + 1));
}

/// A file that cannot be opened is told at once: Poco would go on trying for a minute.
constexpr std::size_t noRetries = 0;

/// Pages in the log before they are brought into the database.
constexpr int longLog = 1'000;

/// Two names of one file must not have two locks.
std::filesystem::path real(const std::filesystem::path& file)
{
    std::error_code error;
    auto resolved = std::filesystem::weakly_canonical(file, error);
    return error ? file : resolved;
}

} // namespace

LockFile lockDatabase(const std::filesystem::path& file, LockFile::AtEnd atEnd)
{
    const std::filesystem::path name = file.string() + ".lock";
    auto lock = LockFile::take(name, atEnd);
    if (!lock && lock.error().code == ErrorCode::conflict)
        refuse(ExitCode::lockedDatabase, name,
               "is locked by another daemon" + LockFile::holderOf(name) +
                   ": stop that one, or give this one a registry-sqlite.file of its own");
    if (!lock)
        throw StartError(ExitCode::configuration,
                         lock.error().message +
                             ": the registry needs a folder that the daemon's user may write to");
    return std::move(*lock);
}

Error runtimeError(const std::filesystem::path& file, const Poco::Exception& exception)
{
    const auto error = [&](ErrorCode code, const std::string& what) {
        return Error(code, file.string() + ": " + what);
    };
    if (dynamic_cast<const sqlite::DatabaseFullException*>(&exception) != nullptr)
        return error(ErrorCode::unavailable, "the disk is full: make room");
    if (dynamic_cast<const sqlite::DBLockedException*>(&exception) != nullptr ||
        dynamic_cast<const sqlite::TableLockedException*>(&exception) != nullptr)
        return error(ErrorCode::unavailable, "another program keeps the database locked");
    return error(ErrorCode::io, "writing failed: " + exception.displayText());
}

Database::Database(const std::filesystem::path& file, std::chrono::milliseconds busyTimeout,
                   Durability durability, Migrations migrations)
    : _file(real(file)),
      _busyTimeout(busyTimeout),
      _durability(durability),
      _migrations(migrations),
      _lock(lockDatabase(withFolder(_file))),
      _identity(prepareFile(_file)),
      _session(connect()),
      _shortenAt(longLog)
{
    // Also when it is not opened after all.
    keepLogAtEnd(true);
    try {
        check();
        prepareSession();
        migrate();
    } catch (const sqlite::CorruptImageException& exception) {
        refuseDamaged(_file, "is damaged (" + exception.message() + ")");
    } catch (const sqlite::DBLockedException&) {
        refuse(ExitCode::lockedDatabase, _file,
               "is locked by another program: let it finish, or stop it (fuser shows which one)");
    } catch (const Poco::Exception& exception) {
        // SQLite says "disk I/O error" of whatever the system refused.
        const int error = sqlite3_system_errno(sqlite::Utility::dbHandle(_session));
        refuse(ExitCode::configuration, _file,
               "cannot be used: " + exception.displayText() +
                   (error == 0 ? "" : " (" + systemMessage(error) + ')'));
    }
}

Database::~Database()
{
    try {
        if (!_mayDiffer || rewriteDatabaseAlone() == SQLITE_OK)
            keepLogAtEnd(false);
    } catch (const Poco::Exception&) {
        return; // only a session that is closed has no handle
    }
}

Poco::Data::Session Database::connect()
{
    try {
        return Poco::Data::Session(_connector.createSession(_file.string(), noRetries));
    } catch (const Poco::Exception& exception) {
        refuse(ExitCode::configuration, _file, "cannot be opened: " + exception.displayText());
    }
}

void Database::requireInPlace() const
{
    struct stat status = {};
    if (::stat(_file.c_str(), &status) != 0 || std::pair{status.st_dev, status.st_ino} != _identity)
        refuse(ExitCode::configuration, _file,
               "was removed or replaced while the daemon runs: restart the daemon to take what is there now");
}

void Database::undo(bool wasWritten) noexcept
{
    const auto attempt = [](const auto& what) {
        try {
            what();
        } catch (const Poco::Exception&) { // NOLINT(bugprone-empty-catch)
            // Either SQLite did so by itself, or the disk still fails.
        }
    };
    attempt([this] { execute("ROLLBACK"); });
    // The session must stay: its index alone knows that the log ends before what was rolled back. A commit
    // whose sync failed lies in the log whole, and whoever opens the file next would take it for done.
    // Writing something takes its place.
    if (wasWritten)
        attempt(
            [this] { execute("PRAGMA user_version = " + std::to_string(number("PRAGMA user_version"))); });
}

void Database::execute(const std::string& sql)
{
    _session << sql, now;
}

std::int64_t Database::number(const std::string& sql)
{
    Poco::Int64 value = 0;
    _session << sql, into(value), now;
    return value;
}

void Database::prepareSession()
{
    execute("PRAGMA busy_timeout = " + std::to_string(_busyTimeout.count()));
    std::string mode;
    _session << "PRAGMA journal_mode = WAL", into(mode), now;
    if (mode != "wal")
        refuse(ExitCode::configuration, _file,
               "cannot use a write-ahead log here: put it on a local file system");
    // FULL syncs the log at every commit, NORMAL only before it is brought into the database.
    execute(_durability == Durability::full ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
    const auto count = [](void* pages, sqlite3*, const char*, int inLog) {
        *static_cast<int*>(pages) = inLog;
        return SQLITE_OK;
    };
    // In the place of SQLite's own, which keeps quiet about what failed.
    ::sqlite3_wal_hook(handle(), count, &_pagesInLog);
    keepOldLog();
}

/// Otherwise SQLite brings the log into the database when it closes it, and removes the log.
void Database::keepLogAtEnd(bool keep)
{
    ::sqlite3_db_config(handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, keep ? 1 : 0, nullptr);
}

/// A sync that failed before the last end may have left a log that reads well and is not on the disk, or a
/// database of which the same is true. No later sync brings it there: what follows would be lost with it.
void Database::keepOldLog()
{
    execute("BEGIN IMMEDIATE");
    _mayDiffer = sizeOfLog(handle()) > 0;
    const int code = _mayDiffer ? rewriteLog(handle()) : SQLITE_OK;
    execute("ROLLBACK");
    if (code != SQLITE_OK)
        sqlite::Utility::throwException(handle(), code);
    if (!_mayDiffer)
        return;
    try {
        // What was refused and still lies behind the end of the log ends here.
        execute("PRAGMA user_version = " + std::to_string(number("PRAGMA user_version")));
    } catch (const sqlite::DatabaseFullException&) {
        // To read, the registry needs no room; the first change that finds some does the same.
        return;
    }
}

void Database::shortenLog() noexcept
{
    if (_pagesInLog < _shortenAt)
        return;
    int code = _mayDiffer ? rewriteDatabaseAlone() : SQLITE_OK;
    if (code == SQLITE_OK)
        code = ::sqlite3_wal_checkpoint_v2(handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
    _shortenAt = code == SQLITE_OK ? longLog : _pagesInLog + longLog;
    constexpr int primary = 0xff;
    // SQLite may have counted pages as done that no sync had brought to the disk yet, and will not write them
    // again: it does so while another program reads.
    if ((code & primary) == SQLITE_IOERR)
        _mayDiffer = true;
}

/// While nobody else writes.
int Database::rewriteDatabaseAlone() noexcept
{
    int code = ::sqlite3_exec(handle(), "BEGIN IMMEDIATE", nullptr, nullptr, nullptr);
    if (code != SQLITE_OK)
        return code;
    code = rewriteDatabase(handle());
    ::sqlite3_exec(handle(), "ROLLBACK", nullptr, nullptr, nullptr);
    _mayDiffer = code != SQLITE_OK;
    return code;
}

sqlite3* Database::handle()
{
    return sqlite::Utility::dbHandle(_session);
}

void Database::check()
{
    execute("PRAGMA busy_timeout = " + std::to_string(_busyTimeout.count()));
    const std::int64_t program = number("PRAGMA application_id");
    const std::int64_t version = number("PRAGMA user_version");
    if (number("SELECT count(*) FROM sqlite_master") > 0 && program != applicationId)
        refuse(ExitCode::configuration, _file,
               "is the database of another program: name another file in registry-sqlite.file");
    if (version > lastVersion())
        refuse(ExitCode::configuration, _file,
               "was written by a newer Waymark (schema " + std::to_string(version) + ", this one knows " +
                   std::to_string(lastVersion()) + "): run that version, or restore a backup from before it");
    std::string verdict;
    _session << "PRAGMA quick_check(1)", into(verdict), now;
    if (verdict != "ok")
        refuseDamaged(_file, "is damaged (" + firstFinding(verdict) + ")");
}

void Database::migrate()
{
    const std::int64_t version = number("PRAGMA user_version");
    if (version >= lastVersion())
        return;
    if (version == 0)
        return migrateFrom(version);
    const auto giveUp = [&](const std::string& why) {
        refuse(ExitCode::configuration, _file,
               "cannot be brought from schema " + std::to_string(version) + " to " +
                   std::to_string(lastVersion()) + ": " + why +
                   ": make room for twice its size; nothing was changed");
    };
    try {
        backUp(handle(), _file.string() + ".v" + std::to_string(version) + "-backup");
        migrateFrom(version);
    } catch (const std::runtime_error& error) {
        giveUp(error.what());
    } catch (const Poco::Exception& exception) {
        undo(true);
        giveUp(exception.displayText());
    }
}

void Database::migrateFrom(std::int64_t version)
{
    execute("BEGIN IMMEDIATE");
    for (const Migration* const migration : _migrations) {
        if (migration->version <= version)
            continue;
        for (const char* const statement : migration->statements)
            execute(statement);
    }
    execute("PRAGMA application_id = " + std::to_string(applicationId));
    execute("PRAGMA user_version = " + std::to_string(lastVersion()));
    execute("COMMIT");
}

} // namespace waymark::registry
