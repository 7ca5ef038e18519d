#pragma once

#include "wire/Encode.h"
#include "wire/Frame.h"
#include "wire/Message.h"

#include <waymark/base/Bytes.h>
#include <waymark/base/Clock.h>
#include <waymark/base/Result.h>
#include <waymark/node/Endpoint.h>
#include <waymark/node/Key.h>

#include <Poco/Net/DatagramSocket.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace waymark::discv4::probe
{

/// A datagram that came in. Moved, not copied: the message borrows from the bytes.
struct Heard
{
    Heard() = default;
    Heard(Heard&&) noexcept = default;
    Heard& operator=(Heard&&) noexcept = default;
    Heard(const Heard&) = delete;
    Heard& operator=(const Heard&) = delete;
    ~Heard() = default;

    Bytes bytes;
    node::Endpoint from;
    std::uint64_t at = 0;                  ///< when it came, in seconds since 1970
    std::optional<node::Hash256> hash;     ///< nothing when it is no packet
    std::optional<node::PublicKey> sender; ///< nothing when it is no packet
    std::optional<wire::Message> message;  ///< borrows from bytes; nothing when it cannot be read

    /// Of a packet with a right hash that is longer than any may be; it has no message.
    std::optional<wire::PacketType> oversized;

    /// Also of one that is too long.
    bool is(wire::PacketType type) const noexcept
    {
        return message ? wire::typeOf(*message) == type : oversized == type;
    }
    template <class Message>
    const Message* as() const noexcept
    {
        return message ? std::get_if<Message>(&*message) : nullptr;
    }
    /// "NEIGHBORS of 524 bytes".
    std::string toString() const;
};

/// Who asks without proof may be asked for one.
inline bool isPing(const Heard& heard)
{
    return heard.as<wire::Ping>() != nullptr;
}

/// One made-up node with a key and a socket of its own, which sends to one node what it is told, right or
/// wrong. One thread.
class Party
{
public:
    using Enough = std::function<bool(const std::vector<Heard>&)>;
    /// Waits until a descriptor can be read, or so long; false when the whole is to end now.
    using Wait = std::function<bool(int descriptor, Duration patience)>;

    /// Binds a free port of `from`. `io` when the system refuses.
    static Result<std::unique_ptr<Party>> open(node::SecretKey key, const node::Endpoint& target,
                                               const node::IpAddress& from, const Clock& clock, Wait wait);

    const node::PublicKey& key() const noexcept { return _public; }
    /// Where it is bound; the address is the one that its packets leave from, as far as the system says.
    const node::Endpoint& endpoint() const noexcept { return _endpoint; }
    std::size_t bytesSent() const noexcept { return _sent; }

    /// From now on each PING is answered with a PONG as soon as it is heard.
    void answerPings() noexcept { _answersPings = true; }
    bool hasAnsweredPings() const noexcept { return _hasAnsweredPings; }

    /// A PING without any fault; no two are the same.
    wire::Ping goodPing();
    /// An expiration in time that this party did not use before.
    std::uint64_t soon();

    /// The whole packet as it would be sent.
    template <class Message>
    Bytes packetOf(const Message& message) const
    {
        const auto packet = _encoder.encode(message);
        return {packet.bytes.begin(), packet.bytes.end()};
    }
    /// Its content alone.
    template <class Message>
    Bytes dataOf(const Message& message) const
    {
        const Bytes packet = packetOf(message);
        return {packet.begin() + wire::minimumPacket, packet.end()};
    }
    /// A packet of any type and content with a right hash and signature.
    Bytes sealed(Byte type, ByteView data) const;

    template <class Message>
    node::Hash256 send(const Message& message)
    {
        return sendRaw(packetOf(message));
    }
    /// The first 32 bytes are the hash.
    node::Hash256 sendRaw(ByteView datagram);

    /// Whether a PONG answers one of the first `count` packets that were sent.
    bool answersOneOf(const wire::Pong& pong, std::size_t count) const;
    std::size_t packetsSent() const noexcept { return _hashes.size(); }
    /// The hashes of those behind the first `count`.
    std::vector<node::Hash256> sentSince(std::size_t count) const
    {
        return {_hashes.begin() + static_cast<std::ptrdiff_t>(count), _hashes.end()};
    }

    /// What comes until there is enough, or the time is over, or more came than anybody may send.
    std::vector<Heard> hear(Duration patience, const Enough& enough = {});

private:
    Party(node::SecretKey key, const node::Endpoint& target, const node::IpAddress& from, const Clock& clock,
          Wait wait);
    Heard receive();

    const Clock& _clock;
    Wait _wait;
    node::SecretKey _key;
    node::PublicKey _public;
    node::Endpoint _target;
    wire::Encoder _encoder;
    Poco::Net::DatagramSocket _socket;
    node::Endpoint _endpoint;
    std::size_t _sent = 0;
    std::vector<node::Hash256> _hashes; ///< of what was sent
    Bytes _buffer;
    std::uint64_t _uses = 0;
    bool _answersPings = false;
    bool _hasAnsweredPings = false;
};

/// How many of a kind there are.
template <class Message>
std::size_t count(const std::vector<Heard>& heard)
{
    std::size_t number = 0;
    for (const Heard& each : heard)
        number += each.as<Message>() != nullptr ? 1 : 0;
    return number;
}

} // namespace waymark::discv4::probe
