#pragma once

#include "server/Channel.h"

#include <waymark/node/Endpoint.h>

#include <cerrno>
#include <memory>

namespace waymark::httpapi
{

/// Takes connections from a listening socket, without waiting.
class Acceptor
{
public:
    struct Accepted
    {
        std::unique_ptr<Channel> channel; ///< empty: there was none
        node::Endpoint remote;
        int error = 0; ///< why not; EAGAIN when there is none

        /// The process or the system has no descriptors or memory for another one.
        bool exhausted() const noexcept;
    };

    /// `listener` is a listening socket that outlives this, and becomes non-blocking.
    Acceptor(int listener, ChannelFactory channels) noexcept;

    Accepted accept() const;
    int descriptor() const noexcept { return _listener; }

private:
    int _listener;
    ChannelFactory _channels;
};

} // namespace waymark::httpapi
