#pragma once

#include "Choices.h"
#include "engine/Engine.h"
#include "io/Ingress.h"
#include "stage/Oracle.h"
#include "wire/Encode.h"

#include <waymark/registry/StoredRegistry.h>
#include <waymark/testkit/ManualClock.h>
#include <waymark/testkit/SeededRandom.h>

#include <deque>

namespace waymark::fuzz
{

/// What a step of a play does; the choices that follow in the input are in brackets.
enum class Step : Byte
{
    ping,        ///< [who, where, time, seq]
    answer,      ///< [who, ping]: a PONG to one of the engine's latest PINGs, from where that went to
    pong,        ///< [who, where, time, ping or none]
    bond,        ///< [who, where]: a PING and the PONG to the ping back
    findNode,    ///< [who, where, time, target]
    neighbors,   ///< [who, where, time, count, (who, where)...]
    enrRequest,  ///< [who, where, time]
    enrResponse, ///< [who, where, request, record]
    replay,      ///< [packet, where]: a packet that came before, from anywhere
    reflect,     ///< [packet, where]: a packet of the engine's own
    mutate,      ///< [packet, where, count, (place, value)...]: with the right hash
    raw,         ///< [where, size, bytes...]
    tick,        ///< [ticks]
    wait,        ///< [unit, count]: time passes at once
    enroll,      ///< [who, where, port]
    dismiss,     ///< [who]
    lookup,      ///< [target]
    bootnodes,   ///< [count, (who, where)...]
    remember,    ///< [who, where, hours]
};
inline constexpr std::size_t steps = 19;

/// An engine with its ingress, clock and registry, on which the bytes of an input play, watched by the
/// oracle.
class Stage
{
public:
    explicit Stage(Choices& choices);
    ~Stage();
    Stage(const Stage&) = delete;
    Stage& operator=(const Stage&) = delete;

    void play();

private:
    using Encoder = discv4::wire::Encoder;

    void step();
    void stepOfTime(Step step);
    void stepOfRegistry(Step step);
    void stepOfPacket(Step step);
    void stepOfOldPacket(Step step);

    /// A time for `expiration`: to come, passed, or past what is believed.
    std::uint64_t expiration();
    Encoder encoderOf(const node::PublicKey& who) const;
    discv4::wire::Neighbor someNode();
    void ping(const node::PublicKey& who, const node::Endpoint& where, std::uint64_t expires);
    void pong(const node::PublicKey& who, const node::Endpoint& where, std::uint64_t expires,
              const node::Hash256& hash);
    void neighbors(const Encoder& encoder, const node::Endpoint& where, std::uint64_t expires);

    void deliver(ByteView bytes, const node::Endpoint& from);
    void tick();
    std::vector<Packet> collect(const Outbox& outbox);
    void requireBounds() const;
    void requireEnd() const;

    Choices& _choices;
    const Cast& _cast = Cast::instance();
    testkit::ManualClock _clock;
    testkit::SeededRandom _random;
    registry::StoredRegistry _registry;
    discv4::engine::Parameters _parameters;
    std::optional<Oracle> _oracle;
    std::optional<discv4::engine::Engine> _engine;
    std::optional<discv4::io::Ingress> _ingress;
    std::deque<std::pair<node::Hash256, node::Endpoint>> _pings; ///< the engine's latest, newest first
    std::deque<node::Hash256> _requests;                         ///< its latest ENRRequests
    std::deque<Bytes> _heard;                                    ///< by the engine
    std::deque<Bytes> _said;
};

} // namespace waymark::fuzz
