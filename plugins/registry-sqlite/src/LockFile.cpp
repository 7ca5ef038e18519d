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

/// For the message that a second daemon shows; nothing depends on it.
void noteHolder(int descriptor) noexcept
{
    const std::string text = std::to_string(::getpid()) + '\n';
    if (::ftruncate(descriptor, 0) == 0)
        static_cast<void>(::pwrite(descriptor, text.data(), text.size(), 0) == 0);
}

} // namespace

LockFile::LockFile(const std::filesystem::path& file)
{
    const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
    if (descriptor < 0)
        throw StartError(ExitCode::configuration,
                         file.string() +
                             " cannot be opened for writing: " + std::generic_category().message(errno) +
                             ": the registry needs a folder that the daemon's user may write to");
    struct flock lock = {};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    // Bound to the open file, not to the process: two registries in one process exclude each other as well.
    if (::fcntl(descriptor, F_OFD_SETLK, &lock) != 0)
        giveUp(descriptor, file, errno);
    noteHolder(descriptor);
    _descriptor = descriptor;
}

LockFile::~LockFile()
{
    ::close(_descriptor);
}

} // namespace waymark::registry
