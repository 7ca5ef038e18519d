#pragma once

#include <waymark/base/Bytes.h>
#include <waymark/toolkit/Cell.h>

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace waymark::toolkit::nodeset
{

/// The fork identifier of a chain as a node tells it in the entry "eth" of its record (EIP-2124).
struct ForkId
{
    FixedBytes<4> hash{};   ///< CRC-32 of the genesis block's hash and of the forks that are past
    std::uint64_t next = 0; ///< block number or Unix time of the next fork; 0: none is known

    /// From the entry's RLP item; nothing when it is not one.
    static std::optional<ForkId> decode(ByteView item);
    /// From the text; nothing when it is not one.
    static std::optional<ForkId> parse(std::string_view text);
    /// "fc64ec04/1150000": the hash in hex and the next fork.
    std::string toString() const;
    /// As every command shows it: the text, and in JSON {"hash":"0xfc64ec04","next":1150000}.
    Cell cell() const;

    friend constexpr auto operator<=>(const ForkId&, const ForkId&) noexcept = default;
};

} // namespace waymark::toolkit::nodeset
