#pragma once

#include <waymark/node/IpAddress.h>
#include <waymark/node/Keccak.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <utility>

namespace waymark::httpapi
{

/// The proofs that were used and have not expired, so that none is used twice. They are known by what was
/// signed: one signature over it can be turned into another without the key. Bounded, in all and for each
/// address, so that one stranger with many keys does not shut the others out. Any thread.
class ProofLedger
{
public:
    enum class Entry : std::uint8_t
    {
        taken, ///< it was not used before, and now is
        used,  ///< it was, or has expired, or may have been used before the clock was set back
        full   ///< there is no room to remember it
    };

    ProofLedger(std::size_t most, std::size_t mostOfAddress) noexcept
        : _most(most), _mostOfAddress(mostOfAddress)
    {
    }

    /// Times are seconds since 1970.
    Entry take(const node::Hash256& digest, std::uint64_t expires, std::uint64_t now,
               const node::IpAddress& address);
    /// How many seconds it takes at most until one is forgotten; 0 when there is none.
    std::uint64_t untilNextForgotten(std::uint64_t now) const;
    std::size_t size() const;

private:
    void forgetUntil(std::uint64_t now);

    const std::size_t _most;
    const std::size_t _mostOfAddress;
    mutable std::mutex _mutex;
    std::uint64_t _forgotten = 0; ///< the latest expiry of one that is not remembered any more
    std::map<std::pair<std::uint64_t, node::Hash256>, node::IpAddress> _used; ///< by expiry
    std::map<node::IpAddress, std::size_t> _ofAddress;
};

} // namespace waymark::httpapi
