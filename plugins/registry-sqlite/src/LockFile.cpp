#include "LockFile.h"

#include <waymark/plugin/Plugin.h>

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace waymark::registry
{

namespace
{

using plugin::ExitCode;
using plugin::StartError;

std::string holderOf(int descriptor)
{
    std::array<char, 24> text{};
    const ssize_t size = ::pread(descriptor, text.data(), text.size(), 0);
    std::string_view digits(text.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
    digits = digits.substr(0, digits.find_first_not_of("0123456789"));
    return digits.empty() ? std::string() : " (process " + std::string(digits) + ")";
}

[[noreturn]] void giveUp(int descriptor, const std::filesystem::path& file, int error)
{
    const bool taken = error == EAGAIN || error == EACCES;
    const std::string message =
        taken ? file.string() + " is locked by another daemon" + holderOf(descriptor) +
                    ": stop that one, or give this one a registry-sqlite.file of its own"
              : file.string() + " cannot be locked: " + std::generic_category().message(error);
    ::close(descriptor);
    throw StartError(taken ? ExitCode::lockedDatabase : ExitCode::configuration, message);
}

bool isStillThere(int descriptor, const std::filesystem::path& file) noexcept
{
    struct stat opened = {};
    struct stat named = {};
    return ::fstat(descriptor, &opened) == 0 && ::lstat(file.c_str(), &named) == 0 &&
           opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

/// For the message that a second daemon shows; nothing depends on it.
void noteHolder(int descriptor) noexcept
{
    const std::string text = std::to_string(::getpid()) + '\n';
    if (::ftruncate(descriptor, 0) == 0)
        static_cast<void>(::pwrite(descriptor, text.data(), text.size(), 0) == 0);
}

} // namespace

LockFile::LockFile(std::filesystem::path file, AtEnd atEnd) : _file(std::move(file))
{
    while (!tryToLock()) {
    }
    _removes = _removes && atEnd == AtEnd::removeWhatItMade;
}

/// False when whoever had it removed it meanwhile: others may hold a new one.
bool LockFile::tryToLock()
{
    constexpr int how = O_RDWR | O_CLOEXEC | O_NOFOLLOW;
    int descriptor = ::open(_file.c_str(), how | O_CREAT | O_EXCL, S_IRUSR | S_IWUSR);
    _removes = descriptor >= 0;
    if (descriptor < 0 && errno == EEXIST)
        descriptor = ::open(_file.c_str(), how | O_CREAT, S_IRUSR | S_IWUSR);
    if (descriptor < 0)
        throw StartError(ExitCode::configuration,
                         _file.string() +
                             " cannot be opened for writing: " + std::generic_category().message(errno) +
                             ": the registry needs a folder that the daemon's user may write to");
    struct flock lock = {};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    // Bound to the open file, not to the process: two registries in one process exclude each other as well.
    if (::fcntl(descriptor, F_OFD_SETLK, &lock) != 0)
        giveUp(descriptor, _file, errno);
    if (!isStillThere(descriptor, _file)) {
        ::close(descriptor);
        return false;
    }
    noteHolder(descriptor);
    _descriptor = descriptor;
    return true;
}

LockFile::~LockFile()
{
    if (_removes)
        ::unlink(_file.c_str()); // while it is locked: see tryToLock()
    ::close(_descriptor);
}

} // namespace waymark::registry
