#pragma once

#include "client/Failure.h"

#include <waymark/base/Bytes.h>
#include <waymark/base/Clock.h>
#include <waymark/node/Endpoint.h>

#include <optional>
#include <string>

namespace waymark::discv4::client
{

/// The network as one command sees it: datagrams to and from anybody, and what the network says of those that
/// did not get through. One thread.
class ClientPort
{
public:
    /// Nothing is wrong with the packet: it does not get there.
    struct Rejection
    {
        Trouble trouble = Trouble::notSent; ///< refused, unreachable or notSent
        std::string reason;                 ///< in the system's words: "No route to host"
    };

    struct Arrival
    {
        node::Endpoint remote; ///< who sent it, or where that could not be sent which was rejected
        ByteView payload;      ///< borrowed until the next call
        std::optional<Rejection> rejection;
    };

    virtual ~ClientPort() = default;

    virtual tl::expected<void, Rejection> send(const node::Endpoint& to, ByteView payload) = 0;

    /// What came next; nothing when `patience` is over, or earlier when `wake` (a descriptor, -1: none)
    /// becomes readable.
    virtual std::optional<Arrival> receive(Duration patience, int wake) = 0;

    /// The port that packets of a family come from; 0 when the system gives none.
    virtual std::uint16_t localPort(node::IpFamily family) = 0;
};

} // namespace waymark::discv4::client
