#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <sqlite3.h>
#include <stdexcept>
#include <string>

namespace waymark::registry::repair
{

/// SQLite refused; the message is its own.
class SqlError : public std::runtime_error
{
    using std::runtime_error::runtime_error;
};

class Statement
{
public:
    Statement(sqlite3* connection, const std::string& sql);

    /// False at the end. Throws SqlError.
    bool step();
    void reset() noexcept { ::sqlite3_reset(_statement.get()); }
    sqlite3_stmt* get() const noexcept { return _statement.get(); }

private:
    struct Finalize
    {
        void operator()(sqlite3_stmt* statement) const noexcept { ::sqlite3_finalize(statement); }
    };
    std::unique_ptr<sqlite3_stmt, Finalize> _statement;
};

/// A connection of SQLite to a file that only this process knows.
class Connection
{
public:
    /// The file exists. Throws SqlError.
    explicit Connection(const std::filesystem::path& file);

    void execute(const std::string& sql);
    std::int64_t number(const std::string& sql);
    Statement prepare(const std::string& sql) { return {_connection.get(), sql}; }

private:
    struct Close
    {
        void operator()(sqlite3* connection) const noexcept { ::sqlite3_close_v2(connection); }
    };
    std::unique_ptr<sqlite3, Close> _connection;
};

} // namespace waymark::registry::repair
