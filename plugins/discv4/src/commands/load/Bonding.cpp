#include "commands/load/Bonding.h"

#include "wire/Message.h"

namespace waymark::discv4::load
{

namespace
{

constexpr std::uint64_t lifetime = 60;

} // namespace

Bonding::Bonding(Askers& askers, const node::Endpoint& target, const Clock& clock, bool needsQuestions)
    : _askers(askers), _target(target), _clock(clock), _needsQuestions(needsQuestions), _states(askers.size())
{
}

/// No two packets are the same.
std::uint64_t Bonding::soon()
{
    constexpr std::uint64_t spread = 600;
    return _clock.unixSeconds() + lifetime + _sent++ % spread;
}

bool Bonding::advance(std::size_t identity)
{
    State& state = _states[identity];
    if (state.isReady)
        return false;
    // A node that asks for no proof may answer all the same.
    if (state.ponged && !state.asked) {
        if (_needsQuestions)
            ask(identity);
        else
            told(identity);
        return true;
    }
    state = {};
    const auto& from = _askers.endpoint(identity);
    _askers.send(
        identity,
        _askers.encoder(identity)
            .encode(wire::Ping{{from.ip, from.port, from.port}, {_target.ip, _target.port, 0}, soon(), {}})
            .bytes);
    return true;
}

void Bonding::ask(std::size_t identity)
{
    _states[identity].asked = true;
    const auto target = node::PublicKey(FixedBytes<node::PublicKey::size>{1});
    _askers.send(identity, _askers.encoder(identity).encode(wire::FindNode{target, soon()}).bytes);
}

void Bonding::ponged(std::size_t identity)
{
    _hasAnyPong = true;
    _states[identity].ponged = true;
    proceed(identity);
}

void Bonding::pinged(std::size_t identity)
{
    _states[identity].pinged = true;
    proceed(identity);
}

void Bonding::proceed(std::size_t identity)
{
    const State& state = _states[identity];
    if (!state.ponged || !state.pinged || state.asked || state.isReady)
        return;
    if (_needsQuestions)
        ask(identity);
    else
        told(identity);
}

void Bonding::told(std::size_t identity)
{
    State& state = _states[identity];
    _ready += state.isReady ? 0 : 1;
    state.isReady = true;
}

} // namespace waymark::discv4::load
