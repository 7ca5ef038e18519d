#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace waymark::discv4::wire
{

/// Why a datagram was not acted upon, in order of the checks. Each is a value of the label `reason` of
/// waymark_discv4_packets_dropped_total.
enum class Drop : std::uint8_t
{
    denied,        ///< from an address that discv4.netrestrict or discv4.deny keep out
    banned,        ///< from an unproven address that flooded
    tooShort,      ///< below 98 bytes
    tooLong,       ///< over 1280 bytes
    badHash,       ///< the hash does not cover the rest: damaged, or another protocol's
    unknownType,   ///< none of the six packet types
    malformed,     ///< the packet data is not what its type asks for
    expired,       ///< its expiration has passed, or lies at 2^63 or above
    rateLimited,   ///< an unproven address or prefix used up its budget
    knownLimited,  ///< packets from the endpoint of a known node, or forged as such, used up its budget
    crowded,       ///< from an unknown endpoint, while packets came faster than they were handled
    badSignature,  ///< no key can have made the signature
    ownKey,        ///< signed with this node's key
    unsolicited,   ///< an answer to no pending request
    unproven,      ///< a question from an endpoint without proof
    budgetUsed,    ///< an unproven prefix used up its budget of answers
    proofsFull,    ///< no room for another endpoint proof
    repeated,      ///< a question that was answered byte for byte before
    questionsUsed, ///< a proven node used up its budget of questions
    badRecord,     ///< an ENRResponse whose record is no valid one of the sender's
    otherChain,    ///< an ENRResponse of a node of another chain, which the fork filter keeps out
    notUsable,     ///< the sender's address or port is none that discovery may use
    internalError, ///< a defect of Waymark; the log has a line
    count          ///< not a reason: how many there are
};

inline constexpr std::size_t dropCount = static_cast<std::size_t>(Drop::count);

/// The label value, such as "bad_hash". Static storage.
std::string_view toString(Drop drop) noexcept;

} // namespace waymark::discv4::wire
