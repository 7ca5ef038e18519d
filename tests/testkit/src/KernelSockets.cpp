#include <waymark/testkit/KernelSockets.h>

#include <Poco/Net/SocketAddress.h>

#include <cerrno>
#include <charconv>
#include <filesystem>
#include <netinet/in.h>
#include <optional>
#include <string>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <system_error>
#include <unistd.h>

namespace waymark::testkit
{

namespace
{

/// The local endpoint of a TCP socket; nothing for other descriptors.
std::optional<node::Endpoint> localOfTcp(int descriptor)
{
    int type = 0, protocol = 0;
    socklen_t size = sizeof type;
    if (::getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &size) != 0 || type != SOCK_STREAM)
        return std::nullopt;
    size = sizeof protocol;
    if (::getsockopt(descriptor, SOL_SOCKET, SO_PROTOCOL, &protocol, &size) != 0 || protocol != IPPROTO_TCP)
        return std::nullopt;
    sockaddr_storage storage{};
    auto* const address = static_cast<sockaddr*>(static_cast<void*>(&storage));
    size = sizeof storage;
    if (::getsockname(descriptor, address, &size) != 0 ||
        (address->sa_family != AF_INET && address->sa_family != AF_INET6))
        return std::nullopt;
    const auto local = node::Endpoint::parse(Poco::Net::SocketAddress(address, size).toString());
    return local ? std::optional(*local) : std::nullopt;
}

/// Descriptors come and go meanwhile: one that is gone is passed over.
template <class Function>
void forSockets(const node::Endpoint& local, Function&& function)
{
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
        const std::string name = entry.path().filename().string();
        int descriptor = -1;
        std::from_chars(name.data(), name.data() + name.size(), descriptor);
        if (descriptor >= 0 && localOfTcp(descriptor) == local)
            function(descriptor);
    }
}

void check(int result, const char* what)
{
    if (result != 0 && errno != EBADF)
        throw std::system_error(errno, std::generic_category(), what);
}

} // namespace

void resetSockets(const node::Endpoint& local)
{
    forSockets(local, [](int descriptor) {
        const linger atOnce{1, 0};
        ::setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &atOnce, sizeof atOnce);
        const sockaddr nobody{AF_UNSPEC, {}};
        // Not through connect(3): the thread sanitizer takes that for the making of a new socket.
        check(static_cast<int>(::syscall(SYS_connect, descriptor, &nobody, sizeof nobody)), "connect");
    });
}

} // namespace waymark::testkit
