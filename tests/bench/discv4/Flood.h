#pragma once

#include "discv4/LoopbackSocket.h"

#include <waymark/base/Bytes.h>
#include <waymark/base/Clock.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace waymark::bench
{

/// What nobody asked for.
enum class Garbage : std::uint8_t
{
    randomBytes,
    badHash,
    badSignature, ///< behind a good hash, and no key's
    expired,
    unproven, ///< a good FINDNODE of a node that proved nothing
    stranger  ///< a good PING of a node that proved nothing
};
inline constexpr std::array everyGarbage{Garbage::randomBytes, Garbage::badHash,  Garbage::badSignature,
                                         Garbage::expired,     Garbage::unproven, Garbage::stranger};
std::string_view toString(Garbage garbage) noexcept;

/// Sends garbage from addresses that belong to nobody else, each in a /24 of its own. One thread.
class Flood
{
public:
    static constexpr std::size_t mostAddresses = 128U << 8U;

    struct Source
    {
        std::size_t first = 0; ///< of mostAddresses
        std::size_t count = 1;
    };
    /// `expiration` is that of packets that are in time. Signs all that it will send, again and again.
    Flood(const node::Endpoint& target, const std::vector<Garbage>& kinds, const Source& source,
          std::uint64_t expiration);

    /// From now on so many a second; 0: as many as the machine takes.
    void start(MonotonicTime now, std::uint64_t rate);
    /// Sends what is due.
    void pump(MonotonicTime now);
    std::uint64_t sent() const noexcept { return _sent; }

private:
    struct Packet
    {
        node::IpAddress from;
        Bytes bytes;
    };

    LoopbackSocket _socket;
    node::Endpoint _target;
    std::vector<Packet> _packets;
    MonotonicTime _begun;
    std::uint64_t _rate = 0;
    std::uint64_t _sent = 0;
};

} // namespace waymark::bench
