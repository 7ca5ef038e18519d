#include "commands/ServerConnector.h"

#include <Poco/Exception.h>
#include <Poco/Net/IPAddress.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <limits>
#include <mutex>
#include <poll.h>
#include <sys/eventfd.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace waymark::httpapi
{

namespace
{

using SteadyClock = std::chrono::steady_clock;
using Poco::Net::SocketAddress;
using Poco::Net::StreamSocket;
using Found = Result<std::vector<node::IpAddress>>;

tl::unexpected<Error> unavailable(std::string why)
{
    return failure(ErrorCode::unavailable, std::move(why));
}

/// What a resolver's thread leaves for the one that waits.
class Lookup
{
public:
    Lookup() : _ready(::eventfd(0, EFD_CLOEXEC))
    {
        if (_ready < 0)
            throw std::system_error(errno, std::generic_category(), "a name cannot be looked up");
    }
    Lookup(const Lookup&) = delete;
    Lookup& operator=(const Lookup&) = delete;
    ~Lookup() { ::close(_ready); }

    void finish(const Found& found)
    {
        const std::lock_guard lock(_mutex);
        _found = found;
        constexpr std::uint64_t one = 1;
        [[maybe_unused]] const auto written = ::write(_ready, &one, sizeof one);
    }
    /// Becomes readable when there is something to take.
    int descriptor() const noexcept { return _ready; }
    Found take()
    {
        const std::lock_guard lock(_mutex);
        return std::move(_found);
    }

private:
    int _ready;
    std::mutex _mutex;
    Found _found = unavailable("");
};

} // namespace

/// A time that ends, and who may end it before.
struct ServerConnector::Wait
{
    enum class End : std::uint8_t
    {
        ready,
        late,
        interrupted
    };

    explicit Wait(const Patience& patience)
        : whole(patience.time), until(SteadyClock::now() + patience.time), interruption(patience.interruption)
    {
    }

    /// A part of it: one of so many that are still to come.
    Wait share(std::size_t count) const
    {
        Wait part = *this;
        const auto now = SteadyClock::now();
        part.until = now + (until - now) / static_cast<SteadyClock::rep>(count);
        return part;
    }
    bool isOver() const { return SteadyClock::now() >= until; }
    bool isInterrupted() const { return interruption != nullptr && interruption->requested(); }
    std::string text() const { return std::to_string(whole.count()) + " ms"; }

    End forEvent(int descriptor, short event) const
    {
        const int interrupts = interruption == nullptr ? -1 : interruption->descriptor(); // poll() skips -1
        std::array<pollfd, 2> events{pollfd{descriptor, event, 0}, pollfd{interrupts, POLLIN, 0}};
        for (;;) {
            const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - SteadyClock::now());
            const auto most = static_cast<std::int64_t>(std::numeric_limits<int>::max());
            const auto time = static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, most));
            const int ready = ::poll(events.data(), events.size(), time);
            if (ready < 0 && errno == EINTR)
                continue;
            if (ready <= 0)
                return End::late;
            return events[0].revents != 0 ? End::ready : End::interrupted;
        }
    }

    std::chrono::milliseconds whole;
    SteadyClock::time_point until;
    const toolkit::Interruption* interruption;
};

Result<StreamSocket> ServerConnector::connect(const std::string& host, std::uint16_t port,
                                              const Patience& patience)
{
    const Wait wait(patience);
    if (_stays && _last) {
        auto socket = tryOne(*_last, wait.share(2));
        if (socket || wait.isInterrupted())
            return socket;
    }
    const auto addresses = find(host, port, wait);
    return addresses ? tryEach(*addresses, wait) : failure(addresses.error());
}

Result<StreamSocket> ServerConnector::connect(const std::string& socket, const Patience& patience)
{
    return tryEach({SocketAddress(SocketAddress::UNIX_LOCAL, socket)}, Wait(patience));
}

Result<ServerConnector::Addresses> ServerConnector::find(const std::string& host, std::uint16_t port,
                                                         const Wait& wait) const
{
    if (Poco::Net::IPAddress literal; Poco::Net::IPAddress::tryParse(host, literal))
        return Addresses{SocketAddress(literal, port)};
    Lookup lookup;
    const Subscription asked =
        _resolver->resolve(host, [&lookup](const Found& found) { lookup.finish(found); });
    switch (wait.forEvent(lookup.descriptor(), POLLIN)) {
    case Wait::End::late:
        return failure(ErrorCode::io, "no name server has told the address within " + wait.text());
    case Wait::End::interrupted:
        return unavailable("interrupted");
    case Wait::End::ready:
        break;
    }
    const Found found = lookup.take();
    if (!found)
        return failure(found.error().code == ErrorCode::notFound ? ErrorCode::notFound : ErrorCode::io,
                       found.error().message);
    Addresses addresses;
    for (const node::IpAddress& ip : *found)
        addresses.emplace_back(Poco::Net::IPAddress(ip.toString()), port);
    return addresses;
}

Result<StreamSocket> ServerConnector::tryEach(const Addresses& addresses, const Wait& wait)
{
    Result<StreamSocket> last = unavailable("it has no address");
    for (std::size_t i = 0; i < addresses.size(); ++i) {
        last = tryOne(addresses[i], wait.share(addresses.size() - i));
        if (last)
            _last = addresses[i];
        if (last || wait.isInterrupted())
            break;
    }
    if (!last && !wait.isInterrupted() && wait.isOver())
        return unavailable("no connection within " + wait.text());
    return last;
}

Result<StreamSocket> ServerConnector::tryOne(const SocketAddress& address, const Wait& wait)
{
    const auto failed = [](int number) {
        return unavailable(std::generic_category().message(number));
    };
    try {
        StreamSocket socket;
        socket.connectNB(address);
        switch (wait.forEvent(socket.impl()->sockfd(), POLLOUT)) {
        case Wait::End::late:
            return unavailable("no connection within " + wait.text());
        case Wait::End::interrupted:
            return unavailable("interrupted");
        case Wait::End::ready:
            break;
        }
        if (const int error = socket.impl()->socketError(); error != 0)
            return failed(error);
        socket.setBlocking(true);
        return socket;
    } catch (const Poco::Exception& problem) { // of one family that this host has not, perhaps
        return problem.code() > 0 ? failed(problem.code()) : unavailable(problem.displayText());
    }
}

} // namespace waymark::httpapi
