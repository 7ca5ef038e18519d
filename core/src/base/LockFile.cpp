#include "base/SystemError.h"

#include <waymark/base/AtomicFile.h>
#include <waymark/base/LockFile.h>

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <optional>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace waymark
{

namespace
{

bool isStillThere(int descriptor, const std::filesystem::path& file) noexcept
{
    struct stat opened = {};
    struct stat named = {};
    return ::fstat(descriptor, &opened) == 0 && ::lstat(file.c_str(), &named) == 0 &&
           opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

/// Whether it holds nothing, or the number of a process alone: anything else is somebody's own file.
bool isOurs(int descriptor) noexcept
{
    std::array<char, 24> text{};
    struct stat status = {};
    if (::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode))
        return false;
    const ssize_t size = ::pread(descriptor, text.data(), text.size(), 0);
    if (size < 0 || static_cast<std::size_t>(size) == text.size())
        return false;
    std::string_view content(text.data(), static_cast<std::size_t>(size));
    if (content.ends_with('\n'))
        content.remove_suffix(1);
    return content.find_first_not_of("0123456789") == std::string_view::npos;
}

/// For the message that a second owner shows; nothing depends on it.
void noteHolder(int descriptor) noexcept
{
    const std::string text = std::to_string(::getpid()) + '\n';
    if (::ftruncate(descriptor, 0) == 0)
        static_cast<void>(::pwrite(descriptor, text.data(), text.size(), 0) == 0);
}

struct flock wholeFile() noexcept
{
    struct flock lock = {};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    return lock;
}

} // namespace

LockFile::LockFile(std::filesystem::path file, int descriptor, bool removes) noexcept
    : _file(std::move(file)), _descriptor(descriptor), _removes(removes)
{
}

LockFile::LockFile(LockFile&& other) noexcept
    : _file(std::move(other._file)),
      _descriptor(std::exchange(other._descriptor, -1)),
      _removes(other._removes)
{
}

LockFile& LockFile::operator=(LockFile&& other) noexcept
{
    if (this == &other)
        return *this;
    release();
    _file = std::move(other._file);
    _descriptor = std::exchange(other._descriptor, -1);
    _removes = other._removes;
    return *this;
}

LockFile::~LockFile()
{
    release();
}

void LockFile::release() noexcept
{
    if (_descriptor < 0)
        return;
    if (_removes)
        ::unlink(_file.c_str()); // while it is locked: see take()
    ::close(_descriptor);
    _descriptor = -1;
}

Result<LockFile> LockFile::take(const std::filesystem::path& file, AtEnd atEnd)
{
    constexpr int how = O_RDWR | O_CLOEXEC | O_NOFOLLOW;
    for (;;) {
        int descriptor = ::open(file.c_str(), how | O_CREAT | O_EXCL, S_IRUSR | S_IWUSR);
        const bool isNew = descriptor >= 0;
        if (!isNew && errno == EEXIST)
            descriptor = ::open(file.c_str(), how | O_CREAT, S_IRUSR | S_IWUSR);
        if (descriptor < 0) {
            const int code = errno;
            if (auto folder = requireFolderOf(file); !folder)
                return failure(ErrorCode::io, file.string() + ": " + folder.error().message);
            return failure(systemError(file.string(), "cannot be opened for writing", code));
        }
        LockFile taken(file, descriptor, false);
        // Bound to the open file, not to the process.
        struct flock lock = wholeFile();
        if (::fcntl(descriptor, F_OFD_SETLK, &lock) != 0) {
            const bool isHeld = errno == EAGAIN || errno == EACCES;
            return isHeld ? failure(ErrorCode::conflict,
                                    file.string() + " is locked by another process" + holderOf(file))
                          : failure(systemError(file.string(), "cannot be locked", errno));
        }
        // Whoever had it may have removed it meanwhile: others may hold a new one.
        if (!isStillThere(descriptor, file))
            continue;
        if (!isOurs(descriptor))
            return failure(ErrorCode::corrupt, file.string() +
                                                   " is no lock file, for it holds something else: "
                                                   "move it away");
        noteHolder(descriptor);
        taken._removes = isNew && atEnd == AtEnd::removeWhatItMade;
        return taken;
    }
}

Result<bool> LockFile::isHeld(const std::filesystem::path& file)
{
    const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (descriptor < 0 && (errno == ENOENT || errno == ENOTDIR))
        return false;
    if (descriptor < 0)
        return failure(systemError(file.string(), "cannot be opened", errno));
    const LockFile opened(file, descriptor, false);
    struct flock lock = wholeFile();
    if (::fcntl(descriptor, F_OFD_GETLK, &lock) != 0)
        return failure(systemError(file.string(), "cannot be asked for its lock", errno));
    return lock.l_type != F_UNLCK;
}

std::string LockFile::holderOf(const std::filesystem::path& file)
{
    const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (descriptor < 0)
        return {};
    const LockFile opened(file, descriptor, false);
    std::array<char, 24> text{};
    const ssize_t size = ::pread(descriptor, text.data(), text.size(), 0);
    std::string_view digits(text.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
    digits = digits.substr(0, digits.find_first_not_of("0123456789"));
    return digits.empty() ? std::string() : " (process " + std::string(digits) + ")";
}

} // namespace waymark
