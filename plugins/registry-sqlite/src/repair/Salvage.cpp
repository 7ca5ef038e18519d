#include "repair/Salvage.h"

#include "Database.h"
#include "RowReader.h"
#include "repair/PageReader.h"

#include <waymark/registry/RegistryState.h>

#include <algorithm>
#include <vector>

namespace waymark::registry::repair
{

namespace
{

constexpr auto noWait = std::chrono::milliseconds(0);

/// The schema that the file's rows are in: as it says, if it can be believed.
Migrations schemaOf(const PageReader& pages)
{
    const auto all = migrations();
    const bool isKnown = pages.userVersion() >= 1 && pages.userVersion() <= all.size();
    return isKnown ? all.first(pages.userVersion()) : all;
}

std::string numbered(const std::string& before, int count)
{
    std::string list;
    for (int i = 0; i < count; ++i)
        list += (i == 0 ? "" : ", ") + before + (before == "?" ? "" : std::to_string(i));
    return list;
}

/// Takes rows as they are stored, of whatever table, into a table of the fresh database's connection.
class Staging
{
public:
    explicit Staging(Connection& connection) : _connection(connection)
    {
        _connection.execute("PRAGMA synchronous = OFF");
        _connection.execute("CREATE TEMP TABLE found (row, " + numbered("c", PageReader::columns) + ')');
        _connection.execute(
            "CREATE TEMP TABLE named (peer, origin, scheme, PRIMARY KEY (peer, origin, scheme))");
        _connection.execute("BEGIN");
    }

    PageReader::Coverage takeRows(PageReader& pages)
    {
        Statement insert =
            _connection.prepare("INSERT INTO found VALUES (" + numbered("?", PageReader::columns + 1) + ')');
        return pages.readRows([&](sqlite3_stmt* row) {
            for (int i = 0; i <= PageReader::columns; ++i)
                ::sqlite3_bind_value(insert.get(), i + 1, ::sqlite3_column_value(row, i));
            insert.step();
            insert.reset();
        });
    }

    void takeKeys(PageReader& pages)
    {
        Statement insert = _connection.prepare(
            "INSERT OR IGNORE INTO named SELECT ?1, ?2, ?3"
            " WHERE typeof(?1) = 'blob' AND typeof(?2) = 'text' AND typeof(?3) = 'integer'");
        pages.readKeys([&](sqlite3_stmt* key) {
            for (int i = 1; i <= 3; ++i)
                ::sqlite3_bind_value(insert.get(), i, ::sqlite3_column_value(key, i));
            insert.step();
            insert.reset();
        });
    }

    /// Of several rows with one key the newest is the one that counts. Claims have new numbers after it, in
    /// the same order: theirs are not among the columns that are stored.
    void fill()
    {
        const std::string key = "typeof(c0) = 'integer' AND typeof(c1) = 'blob' AND typeof(c2) = 'text'";
        fill("claims", key + " AND typeof(c3) = 'text'");
        _connection.execute("DELETE FROM claims WHERE rowid NOT IN"
                            " (SELECT max(rowid) FROM claims GROUP BY peer, origin, scheme)");
        fill("tombstones", key + " AND typeof(c3) = 'integer' AND typeof(c4) = 'integer'");
        // The key of this one is its rowid, which is not among its columns.
        _connection.execute("INSERT OR REPLACE INTO registry (only, epoch, revision)"
                            " SELECT 1, c1, max(c2) FROM found WHERE row = 1 AND typeof(c0) = 'null'"
                            " AND typeof(c1) = 'integer' AND typeof(c2) = 'integer' AND typeof(c3) = 'null'"
                            " HAVING count(*) > 0");
        _connection.execute("COMMIT");
    }

    std::size_t namedOnly()
    {
        return static_cast<std::size_t>(
            _connection.number("SELECT count(*) FROM (SELECT peer, origin, scheme FROM named"
                               " EXCEPT SELECT peer, origin, scheme FROM claims"
                               " EXCEPT SELECT peer, origin, scheme FROM tombstones)"));
    }

private:
    void fill(const std::string& table, const std::string& condition)
    {
        const auto columns = static_cast<int>(std::min<std::int64_t>(
            _connection.number("SELECT count(*) FROM pragma_table_info('" + table + "')"),
            PageReader::columns));
        // What a row lacks, as one from before a column was added does, has the column's default.
        _connection.execute("INSERT OR REPLACE INTO " + table + " SELECT " + numbered("c", columns) +
                            " FROM found WHERE " + condition + " ORDER BY row");
    }

    Connection& _connection;
};

/// Takes out what a start would refuse.
class Sieve
{
public:
    explicit Sieve(Database& database) : _database(database) {}

    void sift(Salvaged& result)
    {
        readClaims(_database.handle(),
                   [&](std::int64_t row, const ClaimColumns& columns) { sift(row, decode(columns)); });
        drop("claims");
        result.refused += _refused.size();
        result.claims = count("claims");
        _refused.clear();
        readTombstones(_database.handle(), [&](std::int64_t row, const TombstoneColumns& columns) {
            sift(row, decode(columns));
        });
        drop("tombstones");
        result.refused += _refused.size();
        result.tombstones = count("tombstones");
    }

private:
    template <class Row>
    void sift(std::int64_t number, Result<Row> row)
    {
        if (!row || !_state.load(std::move(*row)))
            _refused.push_back(number);
    }
    void drop(const std::string& table)
    {
        _database.execute("BEGIN IMMEDIATE");
        for (const std::int64_t row : _refused)
            _database.execute("DELETE FROM " + table + " WHERE rowid = " + std::to_string(row));
        _database.execute("COMMIT");
    }
    std::size_t count(const std::string& table)
    {
        return static_cast<std::size_t>(_database.number("SELECT count(*) FROM " + table));
    }

    Database& _database;
    RegistryState _state;
    std::vector<std::int64_t> _refused;
};

} // namespace

Salvaged salvage(const std::filesystem::path& damaged, const std::filesystem::path& fresh,
                 const std::filesystem::path& folder)
{
    PageReader pages(damaged, folder);
    {
        // Made and closed, so that the connection below has the file for itself.
        const Database made(fresh, noWait, Durability::full, schemaOf(pages));
    }
    Salvaged result;
    {
        Connection connection(fresh);
        Staging staging(connection);
        const auto coverage = staging.takeRows(pages);
        result.damagedPages = coverage.damagedPages;
        result.lostPages = coverage.lostPages;
        result.missingPages = coverage.missingPages;
        result.mayBeBack = !coverage.knowsFreePages;
        staging.takeKeys(pages);
        staging.fill();
        result.named = staging.namedOnly();
    }
    Database database(fresh, noWait);
    Sieve(database).sift(result);
    return result;
}

} // namespace waymark::registry::repair
