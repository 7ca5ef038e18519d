#pragma once

#include <waymark/base/Clock.h>
#include <waymark/node/Keccak.h>
#include <waymark/node/Key.h>
#include <waymark/toolkit/Cell.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace waymark::discv4::decode
{

/// One thing that a packet says, or that follows from it.
struct Field
{
    std::size_t offset = 0; ///< of its first byte in the datagram
    std::size_t size = 0;   ///< in bytes; 0: it follows from others
    std::string name;       ///< "from.udp"
    toolkit::Cell value;
    std::string meaning; ///< may be empty
};

/// Why a node would not act upon a packet.
struct Fault
{
    std::size_t offset = 0; ///< of the first byte that is wrong
    std::string what;
};

/// A datagram field by field, as far as it can be read.
struct Explanation
{
    std::size_t size = 0; ///< of the datagram
    std::string type;     ///< "ping"; empty where there is none
    std::optional<bool> hashValid;
    std::optional<node::Hash256> hash; ///< as the packet has it
    std::optional<node::PublicKey> sender;
    std::optional<std::uint64_t> expiration; ///< seconds since 1970
    std::optional<bool> expired;             ///< at the time that was given
    std::vector<Field> fields;
    std::vector<Fault> faults; ///< empty: the packet is good; expiration is none

    bool isGood() const noexcept { return faults.empty(); }
};

} // namespace waymark::discv4::decode
