#pragma once

#include <waymark/base/Bytes.h>

#include <cstddef>
#include <cstdint>
#include <span>
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
};

} // namespace waymark::httpapi
