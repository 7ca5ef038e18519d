#include "commands/load/SocketAskers.h"

#include "commands/load/Loopback.h"

#include <waymark/base/Random.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace waymark::discv4::load
{

namespace
{

constexpr std::uint64_t timerTag = ~std::uint64_t{0};
constexpr std::uint64_t interruptionTag = timerTag - 1;

node::IpAddress sourceFor(const node::Endpoint& target, std::size_t number)
{
    if (target.ip.scope() == node::IpScope::loopback && target.ip.isV4())
        return loopbackAddress(number);
    return target.ip.isV4() ? node::IpAddress() : node::IpAddress::anyV6();
}

} // namespace

Result<std::unique_ptr<SocketAskers>> SocketAskers::open(const node::Endpoint& target, std::size_t identities,
                                                         std::size_t addresses,
                                                         const toolkit::Interruption& interruption)
{
    std::unique_ptr<SocketAskers> askers(new SocketAskers);
    if (const auto opened = askers->openPoll(interruption); !opened)
        return failure(opened.error());
    for (std::size_t i = 0; i < identities; ++i)
        if (const auto added = askers->add(target, sourceFor(target, i % addresses)); !added)
            return failure(added.error().in("identity " + std::to_string(i + 1) + " of " +
                                            std::to_string(identities) +
                                            " (ulimit -n bounds how many there may be)"));
    return askers;
}

SocketAskers::~SocketAskers()
{
    for (const int descriptor : {_poll, _timer})
        if (descriptor >= 0)
            ::close(descriptor);
}

Result<void> SocketAskers::watch(int descriptor, std::uint64_t tag)
{
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = tag;
    if (::epoll_ctl(_poll, EPOLL_CTL_ADD, descriptor, &event) == 0)
        return {};
    return failure(ErrorCode::io, "epoll: " + std::generic_category().message(errno));
}

Result<void> SocketAskers::openPoll(const toolkit::Interruption& interruption)
{
    _poll = ::epoll_create1(EPOLL_CLOEXEC);
    _timer = ::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    if (_poll < 0 || _timer < 0)
        return failure(ErrorCode::io, std::generic_category().message(errno));
    for (const auto& [descriptor, tag] :
         {std::pair{_timer, timerTag}, std::pair{interruption.descriptor(), interruptionTag}})
        if (const auto watched = watch(descriptor, tag); !watched)
            return watched;
    return {};
}

Result<void> SocketAskers::add(const node::Endpoint& target, const node::IpAddress& from)
{
    SystemRandom random;
    auto identity = Identity::open(node::SecretKey::generate(random), target, from);
    if (!identity)
        return failure(identity.error());
    _identities.push_back(*std::move(identity));
    return watch(_identities.back()->descriptor(), _identities.size() - 1);
}

/// The timer is finer than the milliseconds of epoll_wait().
void SocketAskers::receive(MonotonicTime until, const Receiver& receiver)
{
    constexpr std::int64_t second = 1'000'000'000;
    const auto at = std::max<std::int64_t>(until.time_since_epoch().count(), 1);
    itimerspec when{};
    when.it_value.tv_sec = at / second;
    when.it_value.tv_nsec = at % second;
    ::timerfd_settime(_timer, TFD_TIMER_ABSTIME, &when, nullptr);
    std::array<epoll_event, 256> events{};
    const int count = ::epoll_wait(_poll, events.data(), static_cast<int>(events.size()), 1'000);
    for (int i = 0; i < count; ++i) {
        const std::uint64_t tag = events[static_cast<std::size_t>(i)].data.u64;
        if (tag < _identities.size())
            drain(static_cast<std::size_t>(tag), receiver);
    }
}

void SocketAskers::drain(std::size_t asker, const Receiver& receiver)
{
    std::array<Byte, 2'048> buffer{};
    // Not without end: the schedule goes on.
    for (int i = 0; i < 64; ++i) {
        const auto size = _identities[asker]->receive(buffer);
        if (!size)
            return;
        receiver(asker, ByteView(buffer).first(*size));
    }
}

} // namespace waymark::discv4::load
