#pragma once

#include "server/Refusal.h"

#include <waymark/base/Bytes.h>
#include <waymark/http/RouteTable.h>
#include <waymark/node/Endpoint.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace waymark::httpapi
{

/// What moving bytes without waiting came to.
struct Transfer
{
    enum class State : std::uint8_t
    {
        moved,      ///< `bytes` of them, at least one
        wantsRead,  ///< nothing before the descriptor can be read from, which a write may need, too
        wantsWrite, ///< nothing before the descriptor takes bytes again
        ended       ///< there will be no more
    };

    State state = State::ended;
    std::size_t bytes = 0;
};

/// Who the other end has proven to be.
struct ClientIdentity
{
    static constexpr std::string_view certificate = "certificate";
    static constexpr std::string_view localUser = "uid";

    std::string subject; ///< for logs
    http::Role role = http::Role::reader;
    std::string_view kind = certificate; ///< before the subject, in logs
};

/// A connection as a way for bytes, plain or encrypted. No call waits; one thread at a time.
class Channel
{
public:
    virtual ~Channel() = default;

    /// What to wait on; the channel closes it in the end.
    virtual int descriptor() const noexcept = 0;
    virtual Transfer receive(std::span<Byte> into) noexcept = 0;
    virtual Transfer send(std::string_view bytes) noexcept = 0;
    /// Throws received bytes away, inside the kernel: they may hold a secret.
    virtual Transfer discard() noexcept = 0;
    /// Tells the client that nothing more will come.
    virtual void finishSending() noexcept = 0;
    /// What was sent is all: the channel's end may say so.
    virtual void conclude() noexcept {}

    /// True while the two ends agree on how to talk; only handshake() is for then.
    virtual bool handshaking() const noexcept { return false; }
    /// Takes that further, which may cost milliseconds of computing: not for a thread that others wait for.
    /// `moved` when it is done.
    virtual Transfer handshake() noexcept { return {}; }
    /// True when bytes were received that the descriptor does not tell of any more.
    virtual bool hasBuffered() const noexcept { return false; }
    /// What every request is answered with here, or nullptr.
    virtual const Refusal* refusal() const noexcept { return nullptr; }
    virtual bool encrypted() const noexcept { return false; }
    /// True when clients may say who they are before they ask for anything.
    virtual bool asksForClient() const noexcept { return false; }
    /// Who the client has proven to be, or nullptr.
    virtual const ClientIdentity* client() const noexcept { return nullptr; }
};

/// Makes the channel of an accepted connection; nullptr, and the descriptor stays open, without memory.
using ChannelFactory = std::function<std::unique_ptr<Channel>(int descriptor, const node::Endpoint& remote)>;

} // namespace waymark::httpapi
