#include "Liars.h"

#include <waymark/testkit/TestKeys.h>

#include <vector>

namespace waymark::discv4::simulation
{

namespace
{

/// Public, and of no host of the network.
node::NodeEndpoint nowhere(std::uint64_t number)
{
    const auto byte = [&](unsigned shift) {
        return static_cast<Byte>(number >> shift & 0xff);
    };
    return {node::IpAddress::v4(101, byte(16), byte(8), byte(0)), 30'303, 30'303};
}

} // namespace

LyingRegistry::LyingRegistry(std::size_t lies, std::uint64_t firstKey)
    : _empty({.backend = "memory", .limits = {}})
{
    _empty.state().begin({1, 0});
    _empty.open();
    std::vector<registry::PeerIndex::Update> updates;
    for (std::uint64_t number = firstKey; number < firstKey + lies; ++number) {
        const auto key = testkit::testKey(number).publicKey();
        const registry::PeerIndex::Entry entry{key.nodeId(), key, nowhere(number), {}};
        updates.push_back({entry.nodeId, entry});
    }
    _lies.apply(updates);
}

} // namespace waymark::discv4::simulation
