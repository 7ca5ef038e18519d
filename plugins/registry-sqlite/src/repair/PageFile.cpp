#include "repair/PageFile.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <fcntl.h>
#include <string_view>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace waymark::registry::repair
{

namespace
{

constexpr std::string_view magic{"SQLite format 3\0", 16};
constexpr std::size_t pageSizeAt = 16, changesAt = 24, pagesAt = 28, freeListAt = 32, freeCountAt = 36,
                      userVersionAt = 60, changesOfPagesAt = 92, headerSize = 100;

[[noreturn]] void fail(const std::filesystem::path& file)
{
    throw std::system_error(errno, std::generic_category(), file.string());
}

std::uint32_t number(const PageFile::Page& page, std::size_t at, std::size_t size = 4)
{
    std::uint32_t value = 0;
    for (std::size_t i = at; i < at + size; ++i)
        value = value << 8U | page[i];
    return value;
}

void setNumber(PageFile::Page& page, std::size_t at, std::uint32_t value)
{
    for (std::size_t i = 4; i > 0; --i, value >>= 8U)
        page[at + i - 1] = static_cast<unsigned char>(value & 0xffU);
}

} // namespace

PageFile::PageFile(const std::filesystem::path& file) : _descriptor(::open(file.c_str(), O_RDWR | O_CLOEXEC))
{
    struct stat status = {};
    if (_descriptor < 0 || ::fstat(_descriptor, &status) != 0)
        fail(file);
    Page header(headerSize);
    const bool isLong =
        ::pread(_descriptor, header.data(), header.size(), 0) == static_cast<ssize_t>(header.size());
    _hasHeader = isLong && std::equal(magic.begin(), magic.end(), header.begin());
    const std::uint32_t said = number(header, pageSizeAt, 2);
    const std::size_t size = said == 1 ? 65'536 : said;
    if (_hasHeader && size >= 512 && std::has_single_bit(size))
        _pageSize = size;
    if (_hasHeader)
        _userVersion = number(header, userVersionAt);
    if (_hasHeader && number(header, changesAt) == number(header, changesOfPagesAt))
        _said = number(header, pagesAt);
    _pages =
        static_cast<std::uint32_t>((static_cast<std::uint64_t>(status.st_size) + _pageSize - 1) / _pageSize);
}

PageFile::~PageFile()
{
    ::close(_descriptor);
}

PageFile::Page PageFile::read(std::uint32_t page) const
{
    Page bytes(_pageSize); // what the file does not have is zero
    const auto at = static_cast<off_t>(std::uint64_t{page - 1} * _pageSize);
    if (::pread(_descriptor, bytes.data(), bytes.size(), at) < 0)
        std::fill(bytes.begin(), bytes.end(), static_cast<unsigned char>(0)); // a bad sector
    return bytes;
}

std::set<std::uint32_t> PageFile::freePages(bool& isWhole) const
{
    std::set<std::uint32_t> found;
    isWhole = _hasHeader && _pages > 0;
    if (!isWhole)
        return found;
    const Page header = read(1);
    const auto isUsable = [&](std::uint32_t page) {
        return page > 1 && page <= _pages && !found.contains(page);
    };
    // Each trunk: the next one, how many pages it names, their numbers.
    for (std::uint32_t trunk = number(header, freeListAt); trunk != 0;) {
        isWhole = isWhole && isUsable(trunk);
        if (!isUsable(trunk))
            return found;
        found.insert(trunk);
        const Page bytes = read(trunk);
        const std::uint32_t count = number(bytes, 4);
        isWhole = isWhole && count <= _pageSize / 4 - 2;
        for (std::uint32_t i = 0; i < std::min<std::size_t>(count, _pageSize / 4 - 2); ++i) {
            const std::uint32_t page = number(bytes, 8 + std::size_t{4} * i);
            if (isUsable(page))
                found.insert(page);
            else
                isWhole = false;
        }
        trunk = number(bytes, 0);
    }
    isWhole = isWhole && found.size() == number(header, freeCountAt);
    return found;
}

PageFile::Kind PageFile::kindOf(std::uint32_t page) const
{
    const Page content = read(page);
    switch (content.front()) {
    case 0x0d:
        return Kind::tableLeaf;
    case 0x0a:
        return Kind::indexLeaf;
    case 0x02: // inner pages
    case 0x05:
        return Kind::other;
    case 0x00: // what a row has too much for its page begins with the number of another page
        return std::ranges::all_of(content, [](unsigned char byte) { return byte == 0; }) ? Kind::lost
                                                                                          : Kind::other;
    default:
        return Kind::lost;
    }
}

void PageFile::write(std::uint64_t at, const unsigned char* bytes, std::size_t size)
{
    while (size > 0) {
        const ssize_t written = ::pwrite(_descriptor, bytes, size, static_cast<off_t>(at));
        if (written < 0)
            throw std::system_error(errno, std::generic_category(), "writing a working copy");
        at += static_cast<std::uint64_t>(written);
        bytes += written;
        size -= static_cast<std::size_t>(written);
    }
}

void PageFile::replaceHeader(Page firstPage)
{
    _pages = std::max(_pages, 1U);
    setNumber(firstPage, pagesAt, _pages);
    setNumber(firstPage, changesOfPagesAt, number(firstPage, changesAt));
    setNumber(firstPage, freeListAt, 0);
    setNumber(firstPage, freeCountAt, 0);
    write(0, firstPage.data(), firstPage.size());
    if (::ftruncate(_descriptor, static_cast<off_t>(std::uint64_t{_pages} * _pageSize)) != 0)
        throw std::system_error(errno, std::generic_category(), "lengthening a working copy");
    _hasHeader = true;
}

PageFile::Page firstPageOf(const std::filesystem::path& file, std::size_t pageSize)
{
    const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    PageFile::Page page(pageSize);
    const bool isRead = descriptor >= 0 &&
                        ::pread(descriptor, page.data(), page.size(), 0) == static_cast<ssize_t>(page.size());
    ::close(descriptor);
    if (!isRead)
        fail(file);
    return page;
}

} // namespace waymark::registry::repair
