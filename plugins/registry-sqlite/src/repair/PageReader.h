#pragma once

#include "repair/Connection.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <set>

namespace waymark::registry::repair
{

/// Reads the pages of a damaged file through SQLite, each as if it were a whole table: of columns c0, c1...
/// with the values as they are stored. A copy of the file gets a first page of its own for that.
class PageReader
{
public:
    static constexpr int columns = 24;

    struct Coverage
    {
        std::size_t damagedPages = 0;
        std::size_t lostPages = 0; ///< of whatever kind
        std::size_t missingPages = 0;
        bool knowsFreePages = false;
    };

    /// Called for each row that can be read: the statement's first column is its rowid, the others are c0,
    /// c1...
    using RowTaker = std::function<void(sqlite3_stmt*)>;

    /// Brings the log that lies beside the file into it, as far as SQLite can.
    PageReader(std::filesystem::path damaged, const std::filesystem::path& folder);

    std::uint32_t userVersion() const noexcept { return _userVersion; }

    Coverage readRows(const RowTaker& take);
    /// The columns are those of an index: its keys and then a rowid; the statement's first column is 0.
    Coverage readKeys(const RowTaker& take);

private:
    enum class Shape
    {
        table,
        index
    };
    Coverage read(Shape shape, const RowTaker& take);
    void absorbLog();
    void prepare(Shape shape);

    const std::filesystem::path _damaged;
    const std::filesystem::path _folder;
    std::uint32_t _userVersion = 0;
    std::uint32_t _missingPages = 0;
    std::set<std::uint32_t> _free;
    bool _knowsFreePages = false;
};

} // namespace waymark::registry::repair
