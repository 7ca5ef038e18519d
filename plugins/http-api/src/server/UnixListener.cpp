#include "server/UnixListener.h"

#include "server/LocalChannel.h"

#include <waymark/plugin/Plugin.h>

#include <cerrno>
#include <cstring>
#include <exception>
#include <string>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <system_error>
#include <unistd.h>

namespace waymark::httpapi
{

namespace
{

using plugin::ExitCode;
using plugin::StartError;

constexpr int backlog = 1024;
constexpr mode_t ownerAndGroup = 0660;

std::string place(const std::filesystem::path& path)
{
    return "http-api.socket = " + path.string();
}

sockaddr_un addressOf(const std::filesystem::path& path)
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string& text = path.native();
    if (text.size() >= sizeof(address.sun_path))
        throw StartError(ExitCode::configuration,
                         place(path) + ": the path is too long: a Unix socket's has " +
                             std::to_string(sizeof(address.sun_path) - 1) + " bytes at most");
    std::memcpy(address.sun_path, text.data(), text.size());
    return address;
}

const sockaddr* generic(const sockaddr_un& address) noexcept
{
    const void* const bytes = &address;
    return static_cast<const sockaddr*>(bytes);
}

/// A stream socket of our own, closed in the end.
struct Attempt
{
    Attempt() : descriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {}
    Attempt(const Attempt&) = delete;
    Attempt& operator=(const Attempt&) = delete;
    ~Attempt()
    {
        if (descriptor >= 0)
            ::close(descriptor);
    }
    int descriptor;
};

/// Takes away what a daemon left behind that did not end well.
void clear(const std::filesystem::path& path, const sockaddr_un& address)
{
    struct stat found{};
    if (::lstat(path.c_str(), &found) != 0)
        return;
    if (!S_ISSOCK(found.st_mode))
        throw StartError(ExitCode::configuration,
                         place(path) + ": there is a file that is no socket: move it away, or choose another "
                                       "path");
    const Attempt attempt;
    if (attempt.descriptor < 0)
        throw StartError(ExitCode::configuration,
                         place(path) + ": cannot be made (" + std::generic_category().message(errno) + ')');
    const bool answered = ::connect(attempt.descriptor, generic(address), sizeof(address)) == 0;
    if (answered || errno == EAGAIN)
        throw StartError(ExitCode::unavailable,
                         place(path) +
                             ": the socket is in use, perhaps by another waymarkd; stop that one or "
                             "choose another path");
    if (errno == ECONNREFUSED)
        ::unlink(path.c_str());
}

} // namespace

UnixListener::UnixListener(const std::filesystem::path& path)
    : _path(path), _descriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0))
{
    if (_descriptor < 0)
        fail(errno);
    try {
        bind();
    } catch (const std::exception&) {
        ::close(_descriptor);
        throw;
    }
}

void UnixListener::bind()
{
    const sockaddr_un address = addressOf(_path);
    clear(_path, address);
    if (::bind(_descriptor, generic(address), sizeof(address)) != 0)
        fail(errno);
    // Nobody can connect before listen(): there is no moment with another mode.
    struct stat made{};
    if (::chmod(_path.c_str(), ownerAndGroup) != 0 || ::lstat(_path.c_str(), &made) != 0 ||
        ::listen(_descriptor, backlog) != 0) {
        const int error = errno;
        ::unlink(_path.c_str());
        fail(error);
    }
    _device = made.st_dev;
    _inode = made.st_ino;
}

void UnixListener::fail(int error) const
{
    throw StartError(error == EADDRINUSE ? ExitCode::unavailable : ExitCode::configuration,
                     place(_path) + ": cannot be made (" + std::generic_category().message(error) +
                         "); its folder must be there and the daemon's user may write it");
}

UnixListener::~UnixListener()
{
    ::close(_descriptor);
    struct stat found{};
    if (::lstat(_path.c_str(), &found) == 0 && found.st_dev == _device && found.st_ino == _inode)
        ::unlink(_path.c_str());
}

std::unique_ptr<Channel> UnixListener::open(int descriptor) noexcept
{
    try {
        return std::make_unique<LocalChannel>(descriptor);
    } catch (const std::exception&) {
        return nullptr;
    }
}

} // namespace waymark::httpapi
