#pragma once

#include <waymark/base/Random.h>
#include <waymark/node/Keccak.h>
#include <waymark/node/Key.h>

#include <atomic>
#include <cstddef>
#include <map>
#include <mutex>
#include <optional>

namespace waymark::discv4::io
{

/// The pings by which this node looks at itself: what the one who sends them and the workers who receive them
/// have in common. Any thread.
class OwnPings
{
public:
    /// Makes the throw-away key that signs them, unless it is there. Call before packets come.
    void prepare(Random& random);
    /// After prepare().
    node::RecoverableSignature sign(const node::Hash256& digest) const { return _key->sign(digest); }
    bool isSigner(const node::PublicKey& key) const noexcept { return _signer == key; }

    void add(const node::Hash256& hash);
    void remove(const node::Hash256& hash) noexcept;

    /// Whether a datagram begins with the hash of one that is under way. Nobody else can know that: what does
    /// needs no limit, whatever its address.
    bool contains(ByteView datagram) const noexcept;

    /// A worker received one.
    void received(const node::Hash256& hash, unsigned worker) noexcept;
    /// The worker that received it.
    std::optional<unsigned> workerOf(const node::Hash256& hash) const noexcept;

private:
    std::optional<node::SecretKey> _key;
    std::optional<node::PublicKey> _signer;
    std::atomic<std::size_t> _count{0}; ///< of _pings: mostly none, and then packets need no lock
    mutable std::mutex _mutex;
    std::map<node::Hash256, std::optional<unsigned>> _pings; ///< with who received it
};

} // namespace waymark::discv4::io
