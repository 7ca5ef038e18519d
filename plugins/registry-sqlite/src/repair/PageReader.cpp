#include "repair/PageReader.h"

#include "repair/PageFile.h"

#include <fstream>
#include <set>
#include <utility>

namespace waymark::registry::repair
{

namespace
{

std::string columnList()
{
    std::string list;
    for (int i = 0; i < PageReader::columns; ++i)
        list += (i == 0 ? "c" : ", c") + std::to_string(i);
    return list;
}

/// Of an empty database with one table `page`, or none.
PageFile::Page firstPageWith(const std::filesystem::path& file, std::size_t pageSize,
                             const std::string& schema, const char* journal)
{
    std::filesystem::remove(file);
    std::ofstream(file).close();
    {
        Connection model(file);
        model.execute("PRAGMA page_size = " + std::to_string(pageSize));
        model.execute(std::string("PRAGMA journal_mode = ") + journal);
        model.execute(schema);
    }
    return firstPageOf(file, pageSize);
}

/// The rows of one page from its beginning, and after a damaged one from its end.
bool takeRows(Connection& connection, const std::string& select, bool hasRowid,
              const PageReader::RowTaker& take)
{
    std::set<std::int64_t> taken;
    const auto takeAll = [&](Statement statement) {
        while (statement.step()) {
            if (!hasRowid || taken.insert(::sqlite3_column_int64(statement.get(), 0)).second)
                take(statement.get());
        }
    };
    try {
        takeAll(connection.prepare(select));
        return true;
    } catch (const SqlError&) {
        if (!hasRowid)
            return false;
    }
    try {
        takeAll(connection.prepare(select + " ORDER BY rowid DESC"));
    } catch (const SqlError&) {
        return false;
    }
    return false;
}

} // namespace

PageReader::PageReader(std::filesystem::path damaged, const std::filesystem::path& folder)
    : _damaged(std::move(damaged)), _folder(folder)
{
    absorbLog();
    const PageFile pages(_damaged);
    _userVersion = pages.userVersion();
    _missingPages = pages.missingPages();
    _free = pages.freePages(_knowsFreePages);
}

/// A log is read by itself; what it needs of the database is a first page that says that there may be one.
void PageReader::absorbLog()
{
    std::error_code missing;
    const std::string log = _damaged.string() + "-wal";
    if (const auto size = std::filesystem::file_size(log, missing); missing || size == 0)
        return;
    if (PageFile pages(_damaged); !pages.hasHeader())
        pages.replaceHeader(
            firstPageWith(_folder / "model.db", pages.pageSize(), "CREATE TABLE page (c0)", "WAL"));
    try {
        Connection connection(_damaged);
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)");
    } catch (const SqlError&) { // NOLINT(bugprone-empty-catch)
        // What is in the log cannot be had then; the pages of the file can.
    }
    std::filesystem::remove(log, missing);
    std::filesystem::remove(_damaged.string() + "-shm", missing);
}

PageReader::Coverage PageReader::readRows(const RowTaker& take)
{
    return read(Shape::table, take);
}

PageReader::Coverage PageReader::readKeys(const RowTaker& take)
{
    return read(Shape::index, take);
}

void PageReader::prepare(Shape shape)
{
    PageFile pages(_damaged);
    const std::string schema =
        shape == Shape::table
            ? "CREATE TABLE page (" + columnList() + ')'
            : "CREATE TABLE page (" + columnList() + ", PRIMARY KEY (" + columnList() + ")) WITHOUT ROWID";
    pages.replaceHeader(firstPageWith(_folder / "model.db", pages.pageSize(), schema, "DELETE"));
}

PageReader::Coverage PageReader::read(Shape shape, const RowTaker& take)
{
    Coverage coverage{.missingPages = _missingPages, .knowsFreePages = _knowsFreePages};
    if (PageFile(_damaged).pages() < 2)
        return coverage; // the first page holds no rows, and SQLite wants the one that the schema names
    prepare(shape);
    const PageFile pages(_damaged);
    Connection connection(_damaged);
    for (const char* const pragma : {"journal_mode = OFF", "synchronous = OFF", "locking_mode = EXCLUSIVE",
                                     "cell_size_check = ON", "writable_schema = ON"})
        connection.execute(std::string("PRAGMA ") + pragma);
    const bool hasRowid = shape == Shape::table;
    const std::string select =
        std::string("SELECT ") + (hasRowid ? "rowid, " : "0, ") + columnList() + " FROM page NOT INDEXED";
    const auto wanted = hasRowid ? PageFile::Kind::tableLeaf : PageFile::Kind::indexLeaf;
    for (std::uint32_t page = 2; page <= pages.pages(); ++page) {
        const auto kind = _free.contains(page) ? PageFile::Kind::other : pages.kindOf(page);
        coverage.lostPages += kind == PageFile::Kind::lost ? 1 : 0;
        if (kind != wanted)
            continue;
        connection.execute("UPDATE sqlite_schema SET rootpage = " + std::to_string(page) +
                           " WHERE name = 'page'");
        connection.execute("PRAGMA writable_schema = RESET");
        connection.execute("PRAGMA writable_schema = ON");
        coverage.damagedPages += takeRows(connection, select, hasRowid, take) ? 0 : 1;
    }
    return coverage;
}

} // namespace waymark::registry::repair
