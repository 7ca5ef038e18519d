#include "Statement.h"

#include <Poco/Data/SQLite/Utility.h>

namespace waymark::registry
{

Statement::Statement(sqlite3* connection, const char* sql) : _connection(connection)
{
    sqlite3_stmt* statement = nullptr;
    check(::sqlite3_prepare_v3(connection, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr));
    _statement.reset(statement);
}

bool Statement::next()
{
    const int code = ::sqlite3_step(_statement.get());
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        check(code);
    return code == SQLITE_ROW;
}

ByteView Statement::bytes(int column) const
{
    const auto* const start = static_cast<const Byte*>(::sqlite3_column_blob(_statement.get(), column));
    return {start, static_cast<std::size_t>(::sqlite3_column_bytes(_statement.get(), column))};
}

std::string_view Statement::text(int column) const
{
    // Text comes before its size: that is of the encoding that was asked for.
    const auto* const start = ::sqlite3_column_text(_statement.get(), column);
    if (start == nullptr)
        return {};
    return {reinterpret_cast<const char*>(start),
            static_cast<std::size_t>(::sqlite3_column_bytes(_statement.get(), column))};
}

void Statement::bind(int number, std::int64_t value)
{
    check(::sqlite3_bind_int64(_statement.get(), number, value));
}

void Statement::bind(int number, ByteView bytes)
{
    check(::sqlite3_bind_blob64(_statement.get(), number, bytes.data(), bytes.size(), SQLITE_STATIC));
}

void Statement::bind(int number, std::string_view text)
{
    check(::sqlite3_bind_text64(_statement.get(), number, text.data(), text.size(), SQLITE_STATIC,
                                SQLITE_UTF8));
}

void Statement::check(int code) const
{
    if (code != SQLITE_OK)
        Poco::Data::SQLite::Utility::throwException(_connection, code);
}

} // namespace waymark::registry
