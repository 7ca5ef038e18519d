#pragma once

#include <waymark/base/Clock.h>
#include <waymark/base/Result.h>
#include <waymark/node/Enr.h>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace waymark::discv4::engine
{

/// Tells nodes of one blockchain from those of others by the fork identifier in their records: the entry
/// "eth" (EIP-2124), with forks by block number or by time (EIP-6122). Immutable; any thread.
///
/// A bootnode follows no chain, so it does not know which blocks have passed: a node anywhere along the chain
/// is one of its own, unless it has not heard of a fork whose time is over.
class ForkFilter
{
public:
    /// Lets everybody pass.
    ForkFilter() = default;

    /// A chain: the hash of its genesis block in hex, then its forks in ascending order, each a block number
    /// or a time in Unix seconds, all with commas between them. An empty text lets everybody pass.
    static Result<ForkFilter> parse(std::string_view text);

    bool isActive() const noexcept { return !_checksums.empty(); }

    enum class Verdict
    {
        ours,
        other,  ///< of another chain, or left behind by ours
        unknown ///< the record does not say
    };
    Verdict judge(const node::Enr& record, std::uint64_t unixSeconds) const;

    friend bool operator==(const ForkFilter&, const ForkFilter&) = default;

private:
    struct ForkId
    {
        std::uint32_t hash = 0; ///< CRC-32 of the genesis hash and the forks that are past
        std::uint64_t next = 0; ///< the next fork that the node knows of; 0: none
    };
    static Result<ForkId> idOf(ByteView entry);
    bool accepts(const ForkId& id, std::uint64_t unixSeconds) const noexcept;

    std::vector<std::uint64_t> _forks;
    std::vector<std::uint32_t> _checksums; ///< after none, one, two... of the forks; empty when not active
};

} // namespace waymark::discv4::engine
