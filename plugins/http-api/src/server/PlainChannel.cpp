#include "server/PlainChannel.h"

#include <cerrno>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>

namespace waymark::httpapi
{

namespace
{

constexpr std::size_t discardSize = 64U * 1024U;

Transfer outcome(ssize_t count, Transfer::State blocked) noexcept
{
    if (count > 0)
        return {Transfer::State::moved, static_cast<std::size_t>(count)};
    const bool again = count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
    return {again ? blocked : Transfer::State::ended};
}

} // namespace

PlainChannel::~PlainChannel()
{
    if (_descriptor >= 0)
        ::close(_descriptor);
}

Transfer PlainChannel::receive(std::span<Byte> into) noexcept
{
    return outcome(::recv(_descriptor, into.data(), into.size(), MSG_DONTWAIT), Transfer::State::wantsRead);
}

Transfer PlainChannel::send(std::string_view bytes) noexcept
{
    return outcome(::send(_descriptor, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL),
                   Transfer::State::wantsWrite);
}

Transfer PlainChannel::discard() noexcept
{
    return outcome(::recv(_descriptor, nullptr, discardSize, MSG_TRUNC | MSG_DONTWAIT),
                   Transfer::State::wantsRead);
}

void PlainChannel::finishSending() noexcept
{
    ::shutdown(_descriptor, SHUT_WR);
}

} // namespace waymark::httpapi
