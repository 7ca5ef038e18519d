#include "FormatConnection.h"

#include "Statement.h"

#include <Poco/Data/SQLite/SQLiteException.h>
#include <Poco/Data/SQLite/Utility.h>

#include <system_error>

namespace waymark::registry
{

namespace sqlite = Poco::Data::SQLite;

namespace
{

/// https://www.sqlite.org/uri.html, section 3.1.
std::string uriPath(const std::filesystem::path& file)
{
    std::string encoded;
    for (const char character : std::filesystem::absolute(file).string()) {
        if (character == '?' || character == '#' || character == '%')
            encoded += '%' + toHex(asBytes({&character, 1}));
        else
            encoded += character;
    }
    return encoded;
}

} // namespace

FormatConnection::FormatConnection(const std::filesystem::path& file, int flags, const char* system)
{
    sqlite3* opened = nullptr;
    const int code = ::sqlite3_open_v2(file.c_str(), &opened, flags | SQLITE_OPEN_NOMUTEX, system);
    _connection.reset(opened);
    if (code != SQLITE_OK)
        sqlite::Utility::throwException(opened, code);
    ::sqlite3_extended_result_codes(opened, 0);
}

FormatConnection FormatConnection::forReading(const std::filesystem::path& file)
{
    std::error_code missing;
    const auto log = std::filesystem::file_size(file.string() + "-wal", missing);
    // It would make an empty one.
    if (missing || log == 0)
        return {"file:" + uriPath(file) + "?immutable=1", SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, nullptr};
    // Without locks of SQLite's, and alone, it keeps the index of the log in its own memory instead of a file
    // beside the database. At its end it must not bring the log into the database.
    FormatConnection made(file, SQLITE_OPEN_READONLY, "unix-none");
    ::sqlite3_db_config(made.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    made.execute("PRAGMA locking_mode = EXCLUSIVE");
    made.execute("PRAGMA query_only = 1");
    return made;
}

FormatConnection FormatConnection::forWriting(const std::filesystem::path& file)
{
    FormatConnection made(file, SQLITE_OPEN_READWRITE, nullptr);
    made.execute("PRAGMA synchronous = FULL");
    return made;
}

FormatConnection FormatConnection::forFilling(const std::filesystem::path& file)
{
    FormatConnection made(file, SQLITE_OPEN_READWRITE, nullptr);
    made.execute("PRAGMA locking_mode = EXCLUSIVE");
    made.execute("PRAGMA journal_mode = OFF");
    made.execute("PRAGMA synchronous = OFF");
    return made;
}

void FormatConnection::execute(const std::string& sql)
{
    Statement statement(get(), sql.c_str());
    while (statement.next()) {
    }
}

std::int64_t FormatConnection::number(const std::string& sql)
{
    Statement statement(get(), sql.c_str());
    return statement.next() ? statement.number(0) : 0;
}

std::string FormatConnection::text(const std::string& sql)
{
    Statement statement(get(), sql.c_str());
    return statement.next() ? std::string(statement.text(0)) : std::string();
}

Result<void> FormatConnection::run(const std::function<Result<void>()>& work)
{
    try {
        return work();
    } catch (const sqlite::DatabaseFullException&) {
        return failure(ErrorCode::unavailable, "the disk is full: make room");
    } catch (const sqlite::DBLockedException&) {
        return failure(ErrorCode::unavailable, "another program keeps the database locked: let it finish");
    } catch (const sqlite::IOErrorException& exception) {
        return failure(ErrorCode::io, "reading or writing failed: " + exception.message());
    } catch (const sqlite::CantOpenDBFileException& exception) {
        return failure(ErrorCode::permission, "cannot be opened: " + exception.message());
    } catch (const Poco::Exception& exception) {
        return failure(ErrorCode::corrupt, "is damaged (" + exception.displayText() + ')');
    }
}

} // namespace waymark::registry
