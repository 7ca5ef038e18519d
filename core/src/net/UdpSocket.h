#pragma once

#include <waymark/net/UdpTransport.h>

#include <array>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <vector>

namespace waymark::net
{

/// How many datagrams one system call receives or sends.
inline constexpr std::size_t batchSize = 32;

/// One non-blocking UDP socket that tells and chooses local addresses (IP_PKTINFO). Move-only; one thread at
/// a time receives, any thread sends.
class UdpSocket
{
public:
    enum class Sharing
    {
        first,  ///< bound exclusively, opened to siblings afterwards
        sibling ///< joins the first one on its port (SO_REUSEPORT)
    };

    static Result<UdpSocket> open(const node::Endpoint& listen, std::size_t receiveBuffer, Sharing sharing);

    UdpSocket(UdpSocket&& other) noexcept;
    UdpSocket& operator=(UdpSocket&&) = delete;
    ~UdpSocket();

    /// The largest that setsockopt(2) takes.
    static constexpr std::size_t largestReceiveBuffer = std::numeric_limits<int>::max() / 2;

    int descriptor() const noexcept { return _descriptor; }
    /// With the real port.
    const node::Endpoint& bound() const noexcept { return _bound; }

    /// What the system granted of the receive buffer that was asked for, in bytes.
    std::size_t receiveBuffer() const noexcept;
    /// How many datagrams the system dropped since the socket was made, modulo 2^32; 0 where it does not
    /// tell.
    std::uint32_t kernelDrops() const noexcept;

    /// Sends one datagram. `unavailable`: the buffer is full.
    Result<void> send(const Datagram& datagram) const;
    /// Sends a batch in as few calls and messages as it takes; returns how many left. What the system refuses
    /// is skipped.
    std::size_t send(std::span<const Datagram> datagrams) const;

private:
    explicit UdpSocket(int descriptor) noexcept : _descriptor(descriptor) {}

    struct Progress
    {
        std::size_t sent = 0;
        int error = 0;           ///< errno, when the first message was refused
        std::size_t refused = 0; ///< datagrams of that message
    };
    /// One system call's.
    Progress sendSome(std::span<const Datagram> datagrams) const;
    Result<void> prepare(const node::Endpoint& listen, std::size_t receiveBuffer, Sharing sharing);

    int _descriptor;
    node::Endpoint _bound;
    bool _joinsRuns = false; ///< the system makes segments
};

/// The buffers of one receiving thread.
class ReceiveBatch
{
public:
    /// Datagrams longer than this are dropped: no protocol of ours has them (discv4 and discv5 stop at 1280).
    static constexpr std::size_t maximumDatagram = 2048;

    ReceiveBatch();
    ReceiveBatch(const ReceiveBatch&) = delete;
    ReceiveBatch& operator=(const ReceiveBatch&) = delete;
    ~ReceiveBatch();

    struct Received
    {
        std::size_t datagrams = 0; ///< how many came, with those that were dropped
        std::size_t oversized = 0;
    };

    /// Takes what is there without waiting, at most batchSize, and hands each datagram over. Errors that the
    /// network sent back for earlier packets (ICMP) are ignored.
    Received receive(const UdpSocket& socket, const std::function<void(Datagram&)>& handle);

private:
    struct Buffers;
    std::unique_ptr<Buffers> _buffers;
    std::size_t _used = 0; ///< of the buffers, by the last call
};

} // namespace waymark::net
