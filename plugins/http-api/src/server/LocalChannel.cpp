#include "server/LocalChannel.h"

#include <cerrno>
#include <string>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>

namespace waymark::httpapi
{

namespace
{

constexpr std::size_t discardSize = 16384;

std::optional<ClientIdentity> userBehind(int descriptor)
{
    ucred user{};
    socklen_t size = sizeof(user);
    if (::getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &user, &size) != 0)
        return std::nullopt;
    return ClientIdentity{std::to_string(user.uid), LocalChannel::roleOf(user.uid, ::geteuid()),
                          ClientIdentity::localUser};
}

} // namespace

http::Role LocalChannel::roleOf(uid_t user, uid_t own) noexcept
{
    // What the system calls everybody whom a user namespace does not know (overflowuid in proc(5)).
    constexpr uid_t anybody = 65534;
    return user == 0 || (user == own && user != anybody) ? http::Role::admin : http::Role::registrant;
}

LocalChannel::LocalChannel(int descriptor) : PlainChannel(descriptor)
{
    try {
        _client = userBehind(descriptor);
    } catch (...) {
        release(); // who gave it closes it
        throw;
    }
}

/// Unix sockets do not know how to throw bytes away inside the kernel.
Transfer LocalChannel::discard() noexcept
{
    FixedBytes<discardSize> bytes;
    const Transfer transfer = receive(bytes);
    secureWipe(bytes);
    return transfer;
}

} // namespace waymark::httpapi
