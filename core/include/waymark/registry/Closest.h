#pragma once

#include <waymark/node/Endpoint.h>
#include <waymark/node/Keccak.h>
#include <waymark/node/Key.h>

#include <cstddef>
#include <cstdint>

namespace waymark::registry
{

/// Sets of address classes: one bit for each family and scope. What a requester may be told is a set, and so
/// is what a peer has.
class ReachSet
{
public:
    constexpr ReachSet() noexcept = default;
    static constexpr ReachSet of(node::IpFamily family, node::IpScope scope) noexcept
    {
        return ReachSet(static_cast<std::uint8_t>(
            1U << (static_cast<unsigned>(scope) + (family == node::IpFamily::v6 ? 4U : 0U))));
    }
    static constexpr ReachSet all() noexcept { return ReachSet(0xff); }

    constexpr ReachSet operator|(ReachSet other) const noexcept
    {
        return ReachSet(static_cast<std::uint8_t>(_bits | other._bits));
    }
    constexpr bool meets(ReachSet other) const noexcept { return (_bits & other._bits) != 0; }
    constexpr bool empty() const noexcept { return _bits == 0; }
    friend constexpr bool operator==(ReachSet, ReachSet) noexcept = default;

private:
    explicit constexpr ReachSet(std::uint8_t bits) noexcept : _bits(bits) {}
    std::uint8_t _bits = 0;
};

/// A question for the eth peers nearest to a target by XOR of node ids (keccak256 of the public key).
struct ClosestQuery
{
    node::Hash256 target;
    ReachSet reach = ReachSet::all(); ///< only peers with an endpoint in one of these classes
};

/// One answer, copied out so that nothing of the registry is borrowed.
struct ClosestPeer
{
    node::PublicKey key;
    node::Hash256 nodeId;
    node::NodeEndpoint endpoint; ///< the peer's first endpoint within the query's reach
};

struct ClosestAnswer
{
    std::size_t count = 0;  ///< entries written, nearest first
    std::size_t hidden = 0; ///< peers among the unrestricted k nearest that the reach kept out
};

} // namespace waymark::registry
