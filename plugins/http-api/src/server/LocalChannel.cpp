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
    const bool rules = user.uid == 0 || user.uid == ::geteuid();
    return ClientIdentity{std::to_string(user.uid), rules ? http::Role::admin : http::Role::registrant,
                          ClientIdentity::localUser};
}

} // namespace

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
