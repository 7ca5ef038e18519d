#pragma once

#include "commands/load/Askers.h"

#include <waymark/base/Clock.h>
#include <waymark/node/Endpoint.h>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace waymark::discv4::load
{

/// How far the endpoint proofs of identities are: a PING and its PONG, the PING back and its PONG, and where
/// FINDNODEs are to come, one that is answered. Only that tells that the node has taken the proof: its
/// patience may have ended before. One thread.
class Bonding
{
public:
    /// All outlive it.
    Bonding(Askers& askers, const node::Endpoint& target, const Clock& clock, bool needsQuestions);

    /// Sends what an identity has to send next, unless it is through; whether it sent something. A PING
    /// begins anew what came to nothing.
    bool advance(std::size_t identity);

    void ponged(std::size_t identity);
    /// Its PONG is on the way.
    void pinged(std::size_t identity);
    void told(std::size_t identity);

    bool isReady(std::size_t identity) const noexcept { return _states[identity].isReady; }
    std::size_t ready() const noexcept { return _ready; }
    bool hasAnyPong() const noexcept { return _hasAnyPong; }

private:
    struct State
    {
        bool ponged = false;
        bool pinged = false;
        bool asked = false;
        bool isReady = false;
    };

    void proceed(std::size_t identity);
    void ask(std::size_t identity);
    std::uint64_t soon();

    Askers& _askers;
    node::Endpoint _target;
    const Clock& _clock;
    bool _needsQuestions;
    std::vector<State> _states;
    std::size_t _ready = 0;
    bool _hasAnyPong = false;
    std::uint64_t _sent = 0;
};

} // namespace waymark::discv4::load
