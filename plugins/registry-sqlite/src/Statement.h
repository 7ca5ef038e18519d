#pragma once

#include <waymark/base/Bytes.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <sqlite3.h>
#include <string_view>

namespace waymark::registry
{

/// A statement that SQLite prepares once, however often it runs: Poco::Data prepares it anew for each
/// execution and for each row that it reads, which is most of what registering or loading a peer would cost.
///
/// Used by one thread at a time, and gone before its connection is. Functions throw what Poco::Data would.
class Statement
{
public:
    Statement(sqlite3* connection, const char* sql);

    /// Binds the parameters in order and runs the statement to its end. What they point to must stay so long.
    template <class... Parameters>
    void run(const Parameters&... parameters)
    {
        int number = 0;
        (bind(++number, parameters), ...);
        while (next()) {
        }
        check(::sqlite3_reset(_statement.get()));
    }

    /// To the next row; false behind the last.
    bool next();

    // Columns of the row, from 0. Bytes and text are valid until the next row.
    std::int64_t number(int column) const { return ::sqlite3_column_int64(_statement.get(), column); }
    ByteView bytes(int column) const;
    std::string_view text(int column) const;
    bool isNull(int column) const { return ::sqlite3_column_type(_statement.get(), column) == SQLITE_NULL; }

private:
    // Parameters of the SQL, from 1.
    void bind(int number, std::int64_t value);
    void bind(int number, ByteView bytes);
    void bind(int number, std::string_view text);
    template <class Value>
    void bind(int number, const std::optional<Value>& value)
    {
        if (value)
            bind(number, *value);
        else
            check(::sqlite3_bind_null(_statement.get(), number));
    }
    void check(int code) const;

    struct Finalize
    {
        void operator()(sqlite3_stmt* statement) const noexcept { ::sqlite3_finalize(statement); }
    };
    sqlite3* const _connection;
    std::unique_ptr<sqlite3_stmt, Finalize> _statement;
};

} // namespace waymark::registry
