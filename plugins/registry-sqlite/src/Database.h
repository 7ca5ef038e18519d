#pragma once

#include "Schema.h"

#include <waymark/base/LockFile.h>
#include <waymark/base/Result.h>

#include <Poco/Data/SQLite/Connector.h>
#include <Poco/Data/Session.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <sqlite3.h>
#include <string>
#include <sys/types.h>
#include <utility>

namespace waymark::registry
{

/// What a power cut may take of what was acknowledged. A killed process loses nothing either way.
enum class Durability : std::uint8_t
{
    full,  ///< nothing
    normal ///< the last changes, in the order that they were made; never an older one before a newer one
};

/// A registry's SQLite file: locked against other writers, checked, and brought to this program's schema.
///
/// It makes its sessions from a connector of its own, not through Poco's process-wide SessionFactory, so that
/// several registries in one process need not agree on who registers there.
class Database
{
public:
    /// Opens or creates the file; its folder is created with mode 0700 when it is missing. One with an older
    /// schema is copied to `<file>.v<schema>-backup` first and then brought to the last of `migrations`, in
    /// one transaction. Throws plugin::StartError: lockedDatabase, corruptData (damaged, or no SQLite file),
    /// configuration (not writable, another program's database, a newer schema, no room to copy or migrate;
    /// then nothing was changed).
    Database(const std::filesystem::path& file, std::chrono::milliseconds busyTimeout,
             Durability durability = Durability::full, Migrations migrations = registry::migrations());
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;
    ~Database();

    const std::filesystem::path& file() const noexcept { return _file; }
    /// The session's connection.
    sqlite3* handle();

    /// Throws plugin::StartError when the path no longer leads to the file that was opened: what is written
    /// to a file that was removed or replaced would be lost with the next start.
    void requireInPlace() const;

    /// Ends a transaction that failed, as if it had never begun; `wasWritten` when its commit may have been
    /// tried. Never fails: what it could not do is done by the next transaction that is committed.
    void undo(bool wasWritten) noexcept;

    /// After a commit: when the log has grown long, brings it into the database. Never fails: what it could
    /// not do is tried again when the log has grown further.
    void shortenLog() noexcept;

    /// One number that a statement gives.
    std::int64_t number(const std::string& sql);
    void execute(const std::string& sql);

private:
    Poco::Data::Session connect();
    void prepareSession();
    void keepOldLog();
    void keepLogAtEnd(bool keep);
    int rewriteDatabaseAlone() noexcept;
    void check();
    void migrate();
    void migrateFrom(std::int64_t version);
    std::int64_t lastVersion() const noexcept { return _migrations.back()->version; }

    const std::filesystem::path _file; ///< without symbolic links: the lock lies beside the real file
    const std::chrono::milliseconds _busyTimeout;
    const Durability _durability;
    const Migrations _migrations; ///< never empty
    LockFile _lock;
    const std::pair<dev_t, ino_t> _identity;
    Poco::Data::SQLite::Connector _connector;
    Poco::Data::Session _session;
    bool _mayDiffer = false; ///< what the system shows of the file, without its log, from what the disk holds
    int _pagesInLog = 0;
    int _shortenAt; ///< pages in the log
};

/// The lock of a database, `<file>.lock`: SQLite's own stay free for readers such as sqlite3 on the command
/// line. Throws plugin::StartError: lockedDatabase, configuration.
LockFile lockDatabase(const std::filesystem::path& file, LockFile::AtEnd atEnd = LockFile::AtEnd::keep);

/// What a failure of SQLite while the daemon runs means to whoever asked for the change.
Error runtimeError(const std::filesystem::path& file, const Poco::Exception& exception);

} // namespace waymark::registry
