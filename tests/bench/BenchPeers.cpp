#include "BenchPeers.h"

#include <waymark/base/Random.h>

namespace waymark::bench
{

const std::vector<node::PublicKey>& keys()
{
    static const std::vector<node::PublicKey> all = [] {
        SystemRandom random;
        std::vector<node::PublicKey> made(largest + newcomers);
        for (node::PublicKey& key : made)
            key = node::SecretKey::generate(random).publicKey();
        return made;
    }();
    return all;
}

registry::Peer peerOf(std::size_t number)
{
    const auto byte = [number](unsigned shift) {
        return static_cast<Byte>(number >> shift);
    };
    return registry::Peer::at(keys()[number],
                              {node::IpAddress::v4(10, byte(16), byte(8), byte(0)), 30303, 30303});
}

} // namespace waymark::bench
