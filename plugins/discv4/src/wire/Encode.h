#pragma once

#include "wire/Message.h"

#include <waymark/base/Bytes.h>

#include <functional>
#include <span>

namespace waymark::discv4::wire
{

/// Signs a digest with the key of the sending node.
using Signer = std::function<node::RecoverableSignature(const node::Hash256&)>;

/// Makes signed packets in a buffer that each thread keeps, so that after the first one nothing is allocated.
/// Any thread; what encode() returns is borrowed until the same thread calls it again.
class Encoder
{
public:
    explicit Encoder(Signer signer);

    struct Packet
    {
        ByteView bytes;
        node::Hash256 hash{};
    };

    /// Version 4; `to.tcp` leaves as it is given.
    Packet encode(const Ping& ping) const;
    Packet encode(const Pong& pong) const;
    Packet encode(const FindNode& question) const;
    /// One NEIGHBORS packet with at most Neighbors::maximumSent nodes, which then fits 1280 bytes.
    /// std::length_error for more.
    Packet encode(std::span<const Neighbor> nodes, std::uint64_t expiration) const;
    Packet encode(const EnrRequest& request) const;
    Packet encode(const EnrResponse& response) const;

private:
    Packet seal(Bytes& buffer) const;

    Signer _signer;
};

} // namespace waymark::discv4::wire
