#pragma once

#include "wire/Encode.h"

#include <waymark/base/Bytes.h>
#include <waymark/base/Clock.h>
#include <waymark/node/Endpoint.h>

#include <cstddef>
#include <functional>

namespace waymark::discv4::load
{

/// The made-up nodes that ask, by number from 0 on, and the way of their packets to the node under load and
/// back. One thread, but for endpoint() and encoder().
class Askers
{
public:
    /// Told of a datagram, borrowed, and whom it came for.
    using Receiver = std::function<void(std::size_t asker, ByteView datagram)>;

    virtual ~Askers() = default;

    virtual std::size_t size() const noexcept = 0;
    virtual const node::Endpoint& endpoint(std::size_t asker) const noexcept = 0;
    /// Signs with its key.
    virtual const wire::Encoder& encoder(std::size_t asker) const noexcept = 0;

    /// Sends, now or at the next receive(). False when the system did not take it.
    virtual bool send(std::size_t asker, ByteView packet) noexcept = 0;
    /// Hands over what has come; when there is nothing, it may wait for something until then.
    virtual void receive(MonotonicTime until, const Receiver& receiver) = 0;
};

} // namespace waymark::discv4::load
