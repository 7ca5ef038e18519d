#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <set>
#include <vector>

namespace waymark::registry::repair
{

/// The pages of a database file, as bytes (https://www.sqlite.org/fileformat.html), numbered from 1. What it
/// says of a damaged file is a guess where the file says nothing. Throws std::system_error when the file
/// cannot be read or written.
class PageFile
{
public:
    using Page = std::vector<unsigned char>;

    enum class Kind : std::uint8_t
    {
        tableLeaf, ///< holds rows
        indexLeaf, ///< holds keys and the numbers of their rows
        lost,      ///< says nothing of what it was: zeros, or a kind that there is not
        other
    };

    explicit PageFile(const std::filesystem::path& file);
    PageFile(const PageFile&) = delete;
    PageFile& operator=(const PageFile&) = delete;
    ~PageFile();

    /// 4096 when the header does not say.
    std::size_t pageSize() const noexcept { return _pageSize; }
    /// A started one at the end counts.
    std::uint32_t pages() const noexcept { return _pages; }
    /// Those that the file should have by its header and has no byte of.
    std::uint32_t missingPages() const noexcept { return _said > _pages ? _said - _pages : 0; }
    bool hasHeader() const noexcept { return _hasHeader; }
    /// PRAGMA user_version; 0 without a header.
    std::uint32_t userVersion() const noexcept { return _userVersion; }

    /// Pages that belong to nothing any more; as far as their list can be read, which it says.
    std::set<std::uint32_t> freePages(bool& isWhole) const;

    Kind kindOf(std::uint32_t page) const;

    /// Puts another first page in the place of the file's, which then says how many pages there are, and
    /// makes the last one whole.
    void replaceHeader(Page firstPage);

private:
    Page read(std::uint32_t page) const;
    void write(std::uint64_t at, const unsigned char* bytes, std::size_t size);

    int _descriptor = -1;
    std::size_t _pageSize = 4096;
    std::uint32_t _pages = 0;
    std::uint32_t _said = 0; ///< pages; 0 when the header does not say
    std::uint32_t _userVersion = 0;
    bool _hasHeader = false;
};

/// The first page of a database. Throws std::system_error.
PageFile::Page firstPageOf(const std::filesystem::path& file, std::size_t pageSize);

} // namespace waymark::registry::repair
