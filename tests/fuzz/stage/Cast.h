#pragma once

#include "FakeSignatures.h"
#include "wire/Message.h"

#include <waymark/node/Enr.h>

#include <array>
#include <set>
#include <vector>

namespace waymark::fuzz
{

/// Who speaks with the engine, and from where. Signatures are fake ones: the keys that are here sign whatever
/// the fuzzer makes of their packets, everybody else's signature is none. That nobody can sign for others is
/// the curve's matter, and tested apart.
class Cast final : public discv4::wire::SenderRecovery
{
public:
    static const Cast& instance();

    static constexpr std::size_t size = 8;
    const node::PublicKey& key(std::size_t who) const noexcept { return _keys[who % size]; }
    /// The engine's own.
    const node::PublicKey& own() const noexcept { return _own; }

    static constexpr std::size_t places = 10;
    /// Two ports of one address, others of its /24, other networks, loopback, IPv6, and two that cannot be
    /// answered.
    const node::Endpoint& place(std::size_t where) const noexcept { return _places[where % places]; }
    discv4::wire::Neighbor neighbor(std::size_t who, std::size_t where, std::uint16_t tcp = 0) const;

    /// Records of key(0) with seqs 1 and 2, at place(0) and on loopback, and one of key(1).
    static constexpr std::size_t records = 4;
    const node::Enr& record(std::size_t which) const noexcept { return _records[which % records]; }

    tl::expected<node::PublicKey, discv4::wire::Drop> sender(const node::RecoverableSignature& signature,
                                                             ByteView signedBytes) const noexcept override;

private:
    Cast();

    node::PublicKey _own;
    std::array<node::PublicKey, size> _keys;
    std::set<node::PublicKey> _signers;
    std::array<node::Endpoint, places> _places;
    std::vector<node::Enr> _records;
    discv4::simulation::FakeSignatures _fake;
};

} // namespace waymark::fuzz
