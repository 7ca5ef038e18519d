#include "host/StateLock.h"

#include <waymark/base/AtomicFile.h>
#include <waymark/plugin/Plugin.h>

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <string>
#include <string_view>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace waymark::host
{

namespace
{

using plugin::ExitCode;
using plugin::StartError;

constexpr const char* remedy =
    "; make it and give it to the user that runs this, or name a folder that this user may write to";

/// " (process N)" from the file's content, or nothing.
std::string holderOf(int descriptor)
{
    std::array<char, 24> text{};
    const ssize_t size = ::pread(descriptor, text.data(), text.size(), 0);
    std::string_view digits(text.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
    digits = digits.substr(0, digits.find_first_not_of("0123456789"));
    return digits.empty() ? std::string() : " (process " + std::string(digits) + ")";
}

/// For the message that a second host shows; nothing depends on it.
void noteHolder(int descriptor) noexcept
{
    const std::string text = std::to_string(::getpid()) + '\n';
    if (::ftruncate(descriptor, 0) == 0)
        static_cast<void>(::pwrite(descriptor, text.data(), text.size(), 0) == 0);
}

} // namespace

StateLock::StateLock(const std::filesystem::path& folder)
{
    if (const auto made = makeFolders(folder); !made)
        throw StartError(ExitCode::keyFile, "the state directory " + made.error().message + remedy);
    const auto file = folder / fileName;
    _descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
    if (_descriptor < 0)
        throw StartError(ExitCode::keyFile, "the state directory " + folder.string() +
                                                " cannot be written to (" + fileName + ": " +
                                                std::generic_category().message(errno) + ")" + remedy);
    if (::flock(_descriptor, LOCK_EX | LOCK_NB) != 0)
        giveUp(folder, errno);
    noteHolder(_descriptor);
}

void StateLock::giveUp(const std::filesystem::path& folder, int code) const
{
    const std::string holder = holderOf(_descriptor);
    ::close(_descriptor);
    if (code == EWOULDBLOCK)
        throw StartError(ExitCode::lockedDatabase,
                         "the state directory " + folder.string() + " is in use by another waymarkd" +
                             holder +
                             ", and with it its identity; stop that one, or give this one a directory of its "
                             "own");
    throw StartError(ExitCode::keyFile, "the state directory " + folder.string() +
                                            " cannot be locked: " + std::generic_category().message(code) +
                                            "; name a folder on a file system with locks");
}

StateLock::~StateLock()
{
    ::close(_descriptor);
}

} // namespace waymark::host
