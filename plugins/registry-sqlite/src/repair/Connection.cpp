#include "repair/Connection.h"

namespace waymark::registry::repair
{

Statement::Statement(sqlite3* connection, const std::string& sql)
{
    sqlite3_stmt* prepared = nullptr;
    const int code = ::sqlite3_prepare_v2(connection, sql.c_str(), -1, &prepared, nullptr);
    _statement.reset(prepared);
    if (code != SQLITE_OK)
        throw SqlError(::sqlite3_errmsg(connection));
}

bool Statement::step()
{
    const int code = ::sqlite3_step(_statement.get());
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        throw SqlError(::sqlite3_errmsg(::sqlite3_db_handle(_statement.get())));
    return code == SQLITE_ROW;
}

Connection::Connection(const std::filesystem::path& file)
{
    sqlite3* opened = nullptr;
    const int code =
        ::sqlite3_open_v2(file.c_str(), &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
    _connection.reset(opened);
    if (code != SQLITE_OK)
        throw SqlError(::sqlite3_errstr(code));
}

void Connection::execute(const std::string& sql)
{
    if (::sqlite3_exec(_connection.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
        throw SqlError(::sqlite3_errmsg(_connection.get()));
}

std::int64_t Connection::number(const std::string& sql)
{
    Statement statement = prepare(sql);
    return statement.step() ? ::sqlite3_column_int64(statement.get(), 0) : 0;
}

} // namespace waymark::registry::repair
