#include "host/loader/CheckedFile.h"

#include <waymark/base/Bytes.h>

#include <cerrno>
#include <fcntl.h>
#include <limits>
#include <sys/stat.h>
#include <unistd.h>

namespace waymark::host
{

CheckedFile::CheckedFile(const std::filesystem::path& path)
    // O_NONBLOCK: opening a FIFO that nobody writes must not hang.
    : _descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK))
{
}

CheckedFile::~CheckedFile()
{
    if (_descriptor >= 0)
        ::close(_descriptor);
}

bool CheckedFile::isRegular() const noexcept
{
    struct stat status = {};
    return ::fstat(_descriptor, &status) == 0 && S_ISREG(status.st_mode);
}

bool CheckedFile::has(std::uint64_t offset, std::uint64_t size) const noexcept
{
    struct stat status = {};
    if (::fstat(_descriptor, &status) != 0)
        return false;
    const auto whole = static_cast<std::uint64_t>(status.st_size);
    return offset <= whole && size <= whole - offset;
}

bool CheckedFile::read(std::uint64_t offset, void* out, std::size_t size) const noexcept
{
    if (offset > static_cast<std::uint64_t>(std::numeric_limits<off_t>::max()) - size)
        return false;
    auto* place = static_cast<Byte*>(out);
    while (size > 0) {
        const ssize_t got = ::pread(_descriptor, place, size, static_cast<off_t>(offset));
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        place += got;
        offset += static_cast<std::uint64_t>(got);
        size -= static_cast<std::size_t>(got);
    }
    return true;
}

} // namespace waymark::host
