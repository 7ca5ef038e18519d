#include "RowReader.h"

#include <Poco/Data/SQLite/Utility.h>

#include <memory>
#include <optional>

namespace waymark::registry
{

namespace
{

/// A statement that is stepped through, and the columns of its row.
class Rows
{
public:
    Rows(sqlite3* connection, const char* sql) : _connection(connection)
    {
        sqlite3_stmt* statement = nullptr;
        check(::sqlite3_prepare_v2(connection, sql, -1, &statement, nullptr));
        _statement.reset(statement);
    }

    bool next()
    {
        const int code = ::sqlite3_step(_statement.get());
        if (code != SQLITE_ROW && code != SQLITE_DONE)
            check(code);
        return code == SQLITE_ROW;
    }

    std::int64_t number(int column) const { return ::sqlite3_column_int64(_statement.get(), column); }
    ByteView bytes(int column) const
    {
        const auto* const start = static_cast<const Byte*>(::sqlite3_column_blob(_statement.get(), column));
        return {start, static_cast<std::size_t>(::sqlite3_column_bytes(_statement.get(), column))};
    }
    std::string_view text(int column) const
    {
        // Text comes before its size: that is of the encoding that was asked for.
        const auto* const start = ::sqlite3_column_text(_statement.get(), column);
        if (start == nullptr)
            return {};
        return {reinterpret_cast<const char*>(start),
                static_cast<std::size_t>(::sqlite3_column_bytes(_statement.get(), column))};
    }
    bool isNull(int column) const { return ::sqlite3_column_type(_statement.get(), column) == SQLITE_NULL; }
    /// Of the three columns that begin at `column`.
    KeyView key(int column) const { return {number(column), bytes(column + 1), text(column + 2)}; }

private:
    void check(int code)
    {
        if (code != SQLITE_OK)
            Poco::Data::SQLite::Utility::throwException(_connection, code);
    }

    struct Finalize
    {
        void operator()(sqlite3_stmt* statement) const noexcept { ::sqlite3_finalize(statement); }
    };
    sqlite3* const _connection;
    std::unique_ptr<sqlite3_stmt, Finalize> _statement;
};

} // namespace

void readClaims(sqlite3* connection, const RowTaker<ClaimView>& take)
{
    Rows rows(connection, "SELECT rowid, scheme, peer, origin, addresses, labels, enr, enr_seq, ttl, expiry "
                          "FROM claims NOT INDEXED");
    while (rows.next()) {
        ClaimView row{rows.key(1), rows.text(4), {}, {}, {}, {}, {}};
        if (!rows.isNull(5))
            row.labels = rows.text(5);
        if (!rows.isNull(6))
            row.enr = rows.bytes(6);
        if (!rows.isNull(7))
            row.enrSeq = rows.number(7);
        if (!rows.isNull(8))
            row.ttl = rows.number(8);
        if (!rows.isNull(9))
            row.expiry = rows.number(9);
        take(rows.number(0), row);
    }
}

void readTombstones(sqlite3* connection, const RowTaker<TombstoneView>& take)
{
    Rows rows(connection,
              "SELECT rowid, scheme, peer, origin, enr_seq, removal, buried FROM tombstones NOT INDEXED");
    while (rows.next())
        take(rows.number(0), {rows.key(1), rows.number(4), rows.number(5), rows.number(6)});
}

} // namespace waymark::registry
