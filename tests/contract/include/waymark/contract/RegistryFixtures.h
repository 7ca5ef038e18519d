#pragma once

#include <waymark/registry/PeerRegistry.h>
#include <waymark/registry/RegistryState.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// Values and shorthands for tests of registries. Keys are derived from numbers: nobody may use them.
namespace waymark::contract
{

node::SecretKey testSecretKey(std::uint64_t number);
/// Cheap to ask again: keys are kept. Any thread.
node::PublicKey testKey(std::uint64_t number);
node::PeerId testId(std::uint64_t number);

/// An eth peer at 10.x.y.z (from the number), port 30303.
registry::Peer testPeer(std::uint64_t number);
registry::Peer testPeerAt(std::uint64_t number, const std::string& ip, std::uint16_t port = 30303);
/// testPeer() with a signed record of this seq.
registry::Peer testPeerWithEnr(std::uint64_t number, std::uint64_t seq);

registry::PutClaim put(const registry::Peer& peer, std::string origin = "api");
registry::PutClaim putFor(Duration ttl, const registry::Peer& peer, std::string origin = "api");
registry::DropClaim drop(std::uint64_t number, std::string origin = "api");
registry::RenewLease renew(std::uint64_t number, std::optional<Duration> ttl = {},
                           std::string origin = "api");

/// Applies and waits for the completion; fails the test when none comes within a minute.
Result<registry::ApplyReport> apply(registry::PeerRegistry& registry, registry::ChangeBatch batch);
Result<registry::ApplyReport> sync(registry::PeerRegistry& registry, std::string origin,
                                   std::vector<registry::Peer> peers);

/// The outcome of a single change that must not fail.
registry::Outcome outcomeOf(registry::PeerRegistry& registry, registry::Change change);

/// Plans requests and commits what comes of them.
registry::RegistryPlan carryOut(registry::RegistryState& state,
                                const std::vector<registry::RegistryRequest>& requests);
registry::Outcome outcomeOf(registry::RegistryState& state, registry::Change change);

/// Who claims a peer, highest first.
std::vector<std::string> originsOf(const registry::PeerRegistry& registry, const node::PeerId& id);

/// Everything that is listed, in pages.
std::vector<registry::Peer> listAll(const registry::PeerRegistry& registry, std::size_t pageSize = 100);

/// All that a watch holds.
registry::Watch::Batch takeAll(registry::Watch& watch);

} // namespace waymark::contract
